"""Bringing a database to the shape of the models, with Alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from time import sleep

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from storage.models import Base
from storage.privileges import ensure_server_role, grant_to_server

_SCRIPTS = Path(__file__).parent / "migrations"
_ONE_MIGRATION_AT_A_TIME = 7_367_011
_OLDEST_SERVER = 150000
_LOOKS_EVERY = 0.1
"""Seconds."""


class UnsupportedDatabaseError(Exception):
    """The PostgreSQL server is older than Dengta supports, or the database newer than this Dengta."""


class TablesBusyError(Exception):
    """Another transaction holds what a migration needs."""

    def __str__(self) -> str:
        return (
            "The database could not be upgraded: another transaction holds one of its tables. What was done so far "
            "stays. Find it in pg_stat_activity by its xact_start, wait for its end or end it, and start again."
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that a migration waits for a lock, how often, and how long readers and writers have in between."""

    lock: float = 2.0
    tries: int = 30
    pause: float = 2.0


_PATIENCE = Patience()


def migrate(database_url: str, revision: str = "head", patience: Patience = _PATIENCE) -> None:
    """Upgrade the database to `revision`; safe to call from several processes at once, and without effect when done.

    Each migration is a transaction. It waits for a lock no longer than a moment, as whoever comes after it would wait
    too, and is tried again later (docs/decisions/0040).
    """
    with _in_turn(database_url):
        engine = create_engine(database_url, connect_args={"options": f"-c lock_timeout={patience.lock * 1000:.0f}"})
        try:
            with engine.connect() as connection:
                _upgrade_patiently(connection, revision, patience)
        finally:
            engine.dispose()


@contextmanager
def _in_turn(database_url: str) -> Iterator[None]:
    """One process at a time. A statement that waits for its turn would hold up CREATE INDEX CONCURRENTLY, so that it
    is asked for again and again."""
    engine = create_engine(database_url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as turn:
            _require_supported_server(turn)
            while not turn.execute(text(f"SELECT pg_try_advisory_lock({_ONE_MIGRATION_AT_A_TIME})")).scalar_one():
                sleep(_LOOKS_EVERY)
            yield
            turn.execute(text(f"SELECT pg_advisory_unlock({_ONE_MIGRATION_AT_A_TIME})"))
    finally:
        engine.dispose()


def _upgrade_patiently(connection: Connection, revision: str, patience: Patience) -> None:
    for tries_left in reversed(range(patience.tries)):
        try:
            with connection.begin():
                ensure_server_role(connection)
            _upgrade(connection, revision)
            with connection.begin():
                grant_to_server(connection)
        except OperationalError as error:
            if not isinstance(error.orig, LockNotAvailable):
                raise
            connection.rollback()
            if not tries_left:
                raise TablesBusyError from error
            sleep(patience.pause)
        else:
            return


def _upgrade(connection: Connection, revision: str) -> None:
    try:
        command.upgrade(alembic_config(connection), revision)
        connection.commit()
    except CommandError as error:
        if isinstance(error.__cause__, ResolutionError):  # what the database says it is, no file here knows
            raise UnsupportedDatabaseError(
                "The database was upgraded by a newer Dengta, which this one cannot work on. Install that one, or set "
                "DATABASE_URL or DENGTA_DATA_DIRECTORY to another database."
            ) from error
        raise


class Shape(Enum):
    """A database's, beside that which this Dengta works on."""

    EMPTY = auto()
    OLDER = auto()
    OURS = auto()
    NEWER = auto()


def shape_of(connection: Connection) -> Shape:
    """Found out without upgrading anything."""
    found = MigrationContext.configure(connection).get_current_revision()
    ours = ScriptDirectory.from_config(alembic_config(connection))
    if found is None:
        return Shape.EMPTY
    if found == ours.get_current_head():
        return Shape.OURS
    known = {script.revision for script in ours.walk_revisions()}
    return Shape.OLDER if found in known else Shape.NEWER


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def differences_from_models(connection: Connection) -> list[object]:
    """What Alembic would still change to make the database equal the models; empty when they agree."""
    context = MigrationContext.configure(connection, opts={"include_name": _is_ours})
    return list(compare_metadata(context, Base.metadata))


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The tables of the job queue are procrastinate's."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


def _require_supported_server(connection: Connection) -> None:
    version = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if version < _OLDEST_SERVER:
        raise UnsupportedDatabaseError(
            f"PostgreSQL {version // 10000} is too old: Dengta needs 15 or newer. Upgrade the server, or set "
            "DATABASE_URL to another one."
        )
