"""权限: what the server may do to the database, which is less than the owner of its tables may.

The server works as the role `dengta_server`. It reads and writes rows, but of the audit log it can neither change nor
delete any, nor can it change tables. Roles belong to the whole PostgreSQL server, privileges to one database.
"""

from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

SERVER_ROLE = "dengta_server"

APPEND_ONLY = ("audit_entries", "permission_versions", "permission_changes")
NOT_THE_SERVERS = ("alembic_version",)

_MAKE_ROLE = f"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{SERVER_ROLE}') THEN
        CREATE ROLE {SERVER_ROLE} NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
# Since PostgreSQL 16 whoever made a role is its member, and yet may not become it.
_BECOME_MEMBER = f"""
DO $$
DECLARE needed text := CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END;
BEGIN
    IF NOT pg_has_role(current_user, '{SERVER_ROLE}', needed) THEN
        EXECUTE format('GRANT {SERVER_ROLE} TO %I', current_user);
    END IF;
EXCEPTION WHEN unique_violation THEN NULL;
END $$
"""


class MissingPrivilegeError(Exception):
    """The user of DATABASE_URL may not make the role that the server works as."""


_IS_OWNER = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('alembic_version')"


def ensure_server_role(connection: Connection) -> None:
    """Before anything is made that it is to be granted. MissingPrivilegeError when the user may not."""
    if _owns_nothing(connection):
        return
    try:
        with connection.begin_nested():
            connection.execute(text(_MAKE_ROLE))
            connection.execute(text(_BECOME_MEMBER))
    except ProgrammingError as error:
        raise MissingPrivilegeError(
            f"The database user may not make the role {SERVER_ROLE}, as which the server works. Give it CREATEROLE, or "
            f"have an administrator run: CREATE ROLE {SERVER_ROLE}; GRANT {SERVER_ROLE} TO <the user>;"
        ) from error


def grant_to_server(connection: Connection) -> None:
    """Safe to repeat, which each migration does: tables that it made are then covered too."""
    if _owns_nothing(connection):
        return
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {SERVER_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {SERVER_ROLE}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {SERVER_ROLE}",
        *(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {SERVER_ROLE}" for table in APPEND_ONLY),
        *(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {SERVER_ROLE}" for table in NOT_THE_SERVERS),
    ):
        connection.execute(text(statement))


def _owns_nothing(connection: Connection) -> bool:
    """A login that is but a member of the server's role has nothing to grant."""
    return connection.execute(text(_IS_OWNER)).scalar() is False
