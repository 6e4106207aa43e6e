"""What slows a COPY down and is quicker to build at its end: secondary indexes, foreign keys and triggers."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from operator import itemgetter

from sqlalchemy import Engine, ForeignKeyConstraint, Index, text
from sqlalchemy.schema import AddConstraint

from storage.models import (
    Base,
    ChangeEvent,
    ChangeOutbox,
    File,
    Member,
    MemberAccount,
    MemberDelta,
    Organization,
    RollupDay,
    ValidationResult,
)

_LOADED = (
    Organization,
    Member,
    File,
    MemberAccount,
    ValidationResult,
    MemberDelta,
    RollupDay,
    ChangeOutbox,
    ChangeEvent,
)
_TABLES = tuple(Base.metadata.tables[model.__tablename__] for model in _LOADED)
_AT_A_TIME = 2

# Nobody is told of what is loaded: it is another register, to which no cursor of the one before leads.
_TOLD = ("ALTER TABLE members ENABLE TRIGGER USER", "ALTER TABLE organizations ENABLE TRIGGER USER")
_UNTOLD = ("ALTER TABLE members DISABLE TRIGGER USER", "ALTER TABLE organizations DISABLE TRIGGER USER")
_ANOTHER_SERIES = "UPDATE change_feed SET series = (random() * 1e15)::bigint, forgotten = position"


def emptied(engine: Engine) -> None:
    """The tables without rows and without what slows a COPY down; also after a load that was interrupted here.

    Whatever belongs to the organisations goes with them: accounts, partners, requests, those who have left.
    """
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {', '.join(table.name for table in _TABLES)} RESTART IDENTITY CASCADE"))
        for key in _foreign_keys():
            connection.execute(text(f"ALTER TABLE {key.table.name} DROP CONSTRAINT IF EXISTS {key.name}"))
        for index in _indexes():
            index.drop(connection, checkfirst=True)
        for statement in (*_UNTOLD, _ANOTHER_SERIES):
            connection.execute(text(statement))


def completed(engine: Engine, progress: Callable[[int, int], None]) -> None:
    """Everything that `emptied` took away, as the models have it; tables cleaned up and analysed."""
    indexes = list(_indexes())
    with ThreadPoolExecutor(_AT_A_TIME) as threads:
        for done, _ in enumerate(threads.map(lambda index: _create(engine, index), indexes), start=1):
            progress(done, len(indexes))
    with engine.begin() as connection:
        for statement in _TOLD:
            connection.execute(text(statement))
        for key in _foreign_keys():
            connection.execute(AddConstraint(key, isolate_from_table=False))
        for table in _TABLES:
            if table.autoincrement_column is not None:
                connection.execute(text(_NEXT_NUMBER.format(table=table.name)))
    with engine.connect() as connection:
        connection.execute(text(f"VACUUM (ANALYZE) {', '.join(table.name for table in _TABLES)}"))


_NEXT_NUMBER = (
    "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {table}), false)"
)


def _create(engine: Engine, index: Index) -> None:
    with engine.connect() as connection:
        connection.execute(text("SET maintenance_work_mem = '512MB'"))
        index.create(connection)


def _indexes() -> Iterable[Index]:
    """The slowest to build first, so that the threads end together."""
    indexes = [(table.name, not index.dialect_kwargs, index) for table in _TABLES for index in table.indexes]
    return [index for *_, index in sorted(indexes, key=itemgetter(0, 1))]


def _foreign_keys() -> Iterable[ForeignKeyConstraint]:
    return (key for table in _TABLES for key in table.foreign_key_constraints)
