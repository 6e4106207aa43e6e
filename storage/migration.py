"""Bringing a database to the shape of the models, with Alembic."""

from enum import Enum, auto
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import ResolutionError
from alembic.util import CommandError
from sqlalchemy import Connection, create_engine, text

from storage.models import Base
from storage.privileges import grant_to_server

_SCRIPTS = Path(__file__).parent / "migrations"
_ONE_MIGRATION_AT_A_TIME = 7_367_011
_OLDEST_SERVER = 150000


class UnsupportedDatabaseError(Exception):
    """The PostgreSQL server is older than Dengta supports, or the database newer than this Dengta."""


def migrate(database_url: str, revision: str = "head") -> None:
    """Upgrade the database to `revision`; safe to call from several processes at once, and without effect when done."""
    engine = create_engine(database_url)
    try:
        with engine.begin() as connection:
            _require_supported_server(connection)
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_MIGRATION_AT_A_TIME})
            _upgrade(connection, revision)
            grant_to_server(connection)
    finally:
        engine.dispose()


def _upgrade(connection: Connection, revision: str) -> None:
    try:
        command.upgrade(alembic_config(connection), revision)
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
