"""全部: what is read of a scope without a filter. The SQL depends on little, so it is built once and remembered."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, any_, select

from domain.records import RecordT, Selection
from storage.engine import Database
from storage.filters import scope_values, scoped
from storage.ordering import Keyset
from storage.pages import Shape, Walk, page_statement, shape_of, values_of, walk_with_parameters
from storage.reading import Reading, column_of, path_of, reading_of, table_of
from storage.statements import Statement, array_of, parameter, statement_of


def page_of_all(reading: Reading[Any], keyset: Keyset, walk: Walk, scope: str) -> Statement:
    kind: Any = reading.kind  # mypy takes no class for hashable
    page = _page(kind, reading.fields, keyset, shape_of(walk))
    return page.with_values({**values_of(walk), **scope_values(scope)})


@lru_cache(maxsize=1_000)
def _page(kind: Any, fields: tuple[str, ...], keyset: Keyset, shape: Shape) -> Statement:
    every = select(*(column_of(kind, name) for name in fields)).where(scoped(path_of(kind)))
    return statement_of(page_statement(every, keyset, walk_with_parameters(keyset, shape)))


async def records_with_ids(
    database: Database, scope: str, kind: type[RecordT], ids: Sequence[int], selection: Selection
) -> Mapping[int, RecordT]:
    """Those of the ids that exist within the scope."""
    hashable: Any = kind  # mypy takes no class for hashable
    reading = reading_of(hashable, Selection(selection.columns | {"id"}, selection.above))
    found = _with_ids(hashable, reading.fields)
    statement = found.with_values({"ids": array_of(ids), **scope_values(scope)})
    records = await reading.records(database, scope, await database.rows(statement))
    return {record.id: record for record in records}


@lru_cache(maxsize=1_000)
def _with_ids(kind: Any, fields: tuple[str, ...]) -> Statement:
    ids: Any = parameter("ids", ARRAY(BigInteger))
    columns = [column_of(kind, name) for name in fields]
    return statement_of(select(*columns).where(table_of(kind).id == any_(ids), scoped(path_of(kind))))
