"""The server works under a database role that cannot undo what has been recorded, nor change the tables."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege
from sqlalchemy import make_url

from storage.engine import connect, libpq_url
from storage.migration import migrate
from storage.privileges import SERVER_ROLE, MissingPrivilegeError
from storage.statements import Statement
from tests.asking import AUDIT_KEY

WHO = Statement("SELECT current_user", {})


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_entries",
        "UPDATE audit_entries SET actor = 'somebody else'",
        "TRUNCATE audit_entries",
        "ALTER TABLE audit_entries DISABLE TRIGGER ALL",
        "DELETE FROM permission_versions",
        "UPDATE permission_changes SET read = NULL",
        "UPDATE alembic_version SET version_num = '0001'",
        "DROP TABLE members",
        "CREATE TABLE anything (id int)",
        "CREATE ROLE anybody",
    ],
)
async def test_the_server_may_not(empty_database_url: str, statement: str) -> None:
    database = connect(empty_database_url, connections=1, audit_key=AUDIT_KEY)
    try:
        with pytest.raises(InsufficientPrivilege):
            async with database.writing() as session:
                await session.execute(Statement(statement, {}))
    finally:
        await database.close()


async def test_reads_and_writes_go_by_the_servers_role(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=1, audit_key=AUDIT_KEY)
    try:
        assert await database.rows(WHO) == [(SERVER_ROLE,)]
        async with database.writing() as session:
            assert await session.rows(WHO) == [(SERVER_ROLE,)]
    finally:
        await database.close()


def test_not_even_the_owner_changes_the_audit_log_by_mistake(empty_database_url: str) -> None:
    with psycopg.connect(libpq_url(empty_database_url), autocommit=True) as owner:
        for statement in ("DELETE FROM audit_entries", "UPDATE audit_entries SET number = 1", "TRUNCATE audit_entries"):
            with pytest.raises(InsufficientPrivilege, match="append-only"):
                owner.execute(statement)


@pytest.fixture
def database_of(clone: Callable[[str], str], worker_id: str, empty_template: str) -> Iterator[Callable[[str], str]]:
    """Rights of a new user → the URL of an empty database that the user owns.

    The template is wanted for the server's role alone, which its migration makes.
    """
    assert empty_template
    user, url = f"owner_{worker_id}", clone("template0")

    def make(rights: str) -> str:
        with psycopg.connect(libpq_url(url), autocommit=True) as superuser:
            superuser.execute(f"CREATE ROLE {user} LOGIN {rights}".encode())
            superuser.execute(f"ALTER DATABASE {make_url(url).database} OWNER TO {user}".encode())
        return make_url(url).set(username=user).render_as_string(hide_password=False)

    yield make
    with psycopg.connect(libpq_url(url), autocommit=True) as superuser:
        superuser.execute(f"ALTER DATABASE {make_url(url).database} OWNER TO postgres".encode())
        superuser.execute(f"DROP OWNED BY {user} CASCADE; DROP ROLE {user}".encode())


def test_whoever_may_not_make_the_role_is_told_what_is_missing(
    database_of: Callable[[str], str],
) -> None:
    url = database_of("NOCREATEROLE")
    with pytest.raises(MissingPrivilegeError, match=f"GRANT {SERVER_ROLE} TO"):
        migrate(url)
    with psycopg.connect(libpq_url(url)) as owner:
        assert owner.execute("SELECT to_regclass('members')").fetchone() == (None,)


async def test_a_user_who_is_no_superuser_can_own_the_database(
    database_of: Callable[[str], str],
) -> None:
    url = database_of(f"NOSUPERUSER IN ROLE {SERVER_ROLE}")
    migrate(url)
    migrate(url)
    database = connect(url, connections=1)
    try:
        assert await database.rows(WHO) == [(SERVER_ROLE,)]
    finally:
        await database.close()


async def test_the_server_can_be_a_login_that_owns_nothing(empty_database_url: str, worker_id: str) -> None:
    with psycopg.connect(libpq_url(empty_database_url), autocommit=True) as superuser:
        superuser.execute(f"CREATE ROLE server_{worker_id} LOGIN IN ROLE {SERVER_ROLE}".encode())
    url = make_url(empty_database_url).set(username=f"server_{worker_id}").render_as_string(hide_password=False)
    try:
        migrate(url)
        database = connect(url, connections=1)
        assert await database.rows(WHO) == [(SERVER_ROLE,)]
        await database.close()
    finally:
        with psycopg.connect(libpq_url(empty_database_url), autocommit=True) as superuser:
            superuser.execute(f"DROP ROLE server_{worker_id}".encode())
