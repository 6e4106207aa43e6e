"""Statements that are made of the model, and run one after the other in one transaction."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from psycopg import Connection, sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, CreateIndex, ExecutableDDLElement

from storage.models import Base, Member

Step = sql.SQL | sql.Composed
Progress = Callable[[int, int], None]
"""How many steps are done, and how many there are."""

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
TABLE = Base.metadata.tables[Member.__tablename__]
_COLUMNS = sql.SQL(", ").join(sql.Identifier(column.name) for column in TABLE.columns)
_IS_PARTITIONED = "SELECT relkind = 'p' FROM pg_class WHERE oid = 'members'::regclass"


def is_partitioned(connection: Connection[Any]) -> bool:
    return connection.execute(_IS_PARTITIONED).fetchone() == (True,)


def run(connection: Connection[Any], steps: Sequence[Step], progress: Progress) -> int:
    """Committed together. How many members there are then."""
    for done, step in enumerate(steps, 1):
        connection.execute(step)
        progress(done, len(steps))
    connection.commit()
    connection.autocommit = True
    connection.execute("ANALYZE members")
    found = connection.execute("SELECT count(*) FROM members").fetchone()
    return int(found[0]) if found else 0


def said(statement: str) -> sql.Composed:
    """Our own text."""
    return sql.Composed([sql.SQL(statement)])


def numbered_on(sequence: str, before: str, table: str) -> Step:
    """Names of sequences in SQL. Those who have left keep their numbers, and the newest may be among them."""
    return sql.SQL("SELECT setval({to}, greatest(nextval({before}), (SELECT max(id) + 1 FROM {table})), false)").format(
        to=said(sequence), before=said(before), table=sql.Identifier(table)
    )


def filled_from(table: str) -> Step:
    return sql.SQL("INSERT INTO members ({columns}) SELECT {columns} FROM {table} ORDER BY org_path, id").format(
        columns=_COLUMNS, table=sql.Identifier(table)
    )


def indexes() -> Iterator[Step]:
    """Those of the model."""
    return (_ddl(CreateIndex(index)) for index in TABLE.indexes)


def foreign_keys() -> Iterator[Step]:
    return (_ddl(AddConstraint(key, isolate_from_table=False)) for key in TABLE.foreign_key_constraints)


def primary_key() -> Step:
    return _ddl(AddConstraint(TABLE.primary_key, isolate_from_table=False))


def _ddl(element: ExecutableDDLElement) -> Step:
    return said(str(element.compile(dialect=_DIALECT)))
