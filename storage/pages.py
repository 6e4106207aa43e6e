"""分页: keyset pages over one select, and over one lateral select for many parents at once."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.pages import Page, PageRequest
from storage.cursors import cursor_at, place_of
from storage.ordering import Keyset, backward, beyond, segments_beyond

RecordT = TypeVar("RecordT", bound=tuple[Any, ...])
MakeRecord = Callable[[Any], RecordT]


async def read_page(
    connection: AsyncConnection, statement: Select[Any], keyset: Keyset, request: PageRequest, make: MakeRecord[RecordT]
) -> Page[RecordT]:
    """One statement. `statement` selects the columns of the record, those of the order among them."""
    rows = await connection.execute(page_statement(statement, keyset, request))
    return page_of([make(row) for row in rows], keyset, request)


def page_statement(statement: Select[Any], keyset: Keyset, request: PageRequest) -> Select[Any]:
    """One record more than the page holds, to know whether there are more."""
    walked = backward(keyset) if request.backward else keyset
    stop, start = ends_of(keyset, request)
    if stop is not None:
        statement = statement.where(beyond(backward(walked), stop))
    parts = [statement] if start is None else [statement.where(part) for part in segments_beyond(walked, start)]
    ordered = [part.order_by(*(key.ordered() for key in walked)).limit(request.limit + 1) for part in parts]
    return ordered[0] if len(ordered) == 1 else _one_after_another(ordered, walked, request)


def _one_after_another(parts: Sequence[Select[Any]], walked: Keyset, request: PageRequest) -> Select[Any]:
    rows = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(rows).order_by(*(key.ordered(rows.c[key.column.key]) for key in walked)).limit(request.limit + 1)


def page_conditions(keyset: Keyset, request: PageRequest) -> list[ColumnElement[bool]]:
    """The cursors of the request as conditions, for a page inside a lateral join."""
    walked = backward(keyset) if request.backward else keyset
    stop, start = ends_of(keyset, request)
    conditions = [] if start is None else [beyond(walked, start)]
    return conditions if stop is None else [*conditions, beyond(backward(walked), stop)]


def ends_of(keyset: Keyset, request: PageRequest) -> tuple[Sequence[object] | None, Sequence[object] | None]:
    """(where the walk stops, where it starts)."""
    after = place_of(keyset, request.after, "after") if request.after is not None else None
    before = place_of(keyset, request.before, "before") if request.before is not None else None
    return (after, before) if request.backward else (before, after)


def page_of(records: list[RecordT], keyset: Keyset, request: PageRequest) -> Page[RecordT]:
    """The page from records as they were walked, with the one beyond its end if there was one."""
    more = len(records) > request.limit
    kept = records[: request.limit]
    if request.backward:
        kept.reverse()
    return Page(
        records=kept,
        cursor_of=partial(cursor_at, keyset),
        has_next=request.before is not None if request.backward else more,
        has_previous=more if request.backward else request.after is not None,
    )
