"""Asks all that there is to ask, as far as it can be reached."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import Connection, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from server.doctor import database_settings, database_state, register_state, surroundings
from server.doctor.findings import Examination, Finding, checked, problem
from server.doctor.looking_around import surroundings_of
from server.doctor.reaching import reached
from server.settings import Settings
from storage import embedded
from storage.diagnosing import DatabaseFacts, RegisterFacts, database_facts, register_facts
from storage.embedded import EmbeddedServerError
from storage.engine import psycopg_url
from storage.migration import Shape, shape_of

_SHAPES = {
    Shape.EMPTY: ("DATABASE_EMPTY", "It holds no tables of Dengta's.", "Start any command, such as dengta jobs."),
    Shape.OLDER: ("MIGRATIONS_WAIT", "Its tables are those of an older Dengta.", "Start any command; it migrates."),
    Shape.NEWER: ("DATABASE_NEWER", "It was upgraded by a newer Dengta.", "Install that one."),
}
_OLDEST_PYTHON = (3, 11)


class _Read(NamedTuple):
    """`register` is None of a database whose tables are not ours."""

    at: datetime
    facts: DatabaseFacts
    shape: Shape
    register: RegisterFacts | None


def examined(settings: Settings) -> Examination:
    """An embedded PostgreSQL runs meanwhile, if it was ever started in its folder."""
    try:
        with _database(settings) as url:
            found = _read(url)
        of_database = _of_database(found)
    except EmbeddedServerError as error:
        found, of_database = None, _unreached(str(settings.postgres_directory), str(error))
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        found, of_database = None, _unreached(_shown(settings), said)
    return of_database + _python() + _around(settings, found) + asyncio.run(reached(settings))


@contextmanager
def _database(settings: Settings) -> Iterator[str]:
    if address := settings.database_address:
        yield psycopg_url(address)
        return
    if not (settings.postgres_directory / "cluster").exists():
        raise EmbeddedServerError("DATABASE_URL is not set, and no database has been made here yet.")
    server = embedded.start(settings.postgres_directory)
    try:
        yield server.url
    finally:
        server.stop()


def _read(url: str) -> _Read:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            return _read_over(connection)
    finally:
        engine.dispose()


def _read_over(connection: Connection) -> _Read:
    facts = database_facts(connection)
    shape = shape_of(connection)
    register = register_facts(connection) if shape is Shape.OURS else None
    return _Read(datetime.now(UTC), facts, shape, register)


def _of_database(found: _Read) -> Examination:
    shape = Examination(1, [] if found.shape is Shape.OURS else [_of_shape(found.shape)])
    database = checked(database_settings.CHECKS, found.facts) + checked(database_state.CHECKS, found.facts)
    return shape + database + (checked(register_state.CHECKS, found.register) if found.register else Examination(0, []))


def _of_shape(shape: Shape) -> Finding:
    code, what, mend = _SHAPES[shape]
    return problem(code, "the database", what, mend)


def _around(settings: Settings, found: _Read | None) -> Examination:
    entries = bool(found and found.register and found.register.audit_entries)
    at, facts = (found.at, found.facts) if found else (datetime.now(UTC), None)
    return checked(surroundings.CHECKS, surroundings_of(settings, at, facts, has_audit_entries=entries))


def _python() -> Examination:
    old = sys.version_info < _OLDEST_PYTHON
    said = f"Python {sys.version.split()[0]} is too old."
    return Examination(1, [problem("PYTHON_TOO_OLD", sys.prefix, said, "Install 3.11 or newer.")] if old else [])


def _unreached(where: str, what: str) -> Examination:
    mend = "Check DATABASE_URL and that its server runs."
    return Examination(1, [problem("DATABASE_UNREACHABLE", where, what, mend)])


def _shown(settings: Settings) -> str:
    """Without the password."""
    return make_url(psycopg_url(settings.database_address or "")).render_as_string()
