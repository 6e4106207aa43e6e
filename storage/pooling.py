"""连接池: PgBouncer between the server and PostgreSQL, in transaction mode.

Many processes then share few connections. What belongs to a session cannot go that way: whoever listens, holds a lock
between transactions or reads by a cursor has a connection of its own, by the database's own address. PgBouncer passes
no options on either, so what each connection of the server is opened with, PgBouncer itself says by its connect_query.
"""

import psycopg

from storage.addresses import address_of
from storage.privileges import SERVER_ROLE

# A generic plan for "ORDER BY id LIMIT" walks the primary key however narrow the scope is; JIT costs more than
# these short statements take.
SERVER_SETTINGS = {"plan_cache_mode": "force_custom_plan", "jit": "off", "timezone": "UTC"}

BY_POOL = {"prepare_threshold": None}
"""A prepared statement belongs to a session; before its release 1.21 PgBouncer knows of none."""

_ASKED = "SELECT current_user, current_setting('statement_timeout') <> '0', " + ", ".join(
    f"current_setting('{name}')" for name in SERVER_SETTINGS
)


class PoolSettingsError(Exception):
    """What DENGTA_DATABASE_POOL_URL names cannot be used; the message says why, and how to mend it."""


def connect_query(statement_timeout: float) -> str:
    """What PgBouncer is to say on each connection; the timeout in seconds."""
    settings = {**SERVER_SETTINGS, "statement_timeout": str(int(statement_timeout * 1000))}
    return "; ".join([f"SET ROLE {SERVER_ROLE}", *(f"SET {name} = ''{value}''" for name, value in settings.items())])


def require_pool(url: str, statement_timeout: float) -> None:
    """PoolSettingsError unless a connection by that way is one that the server may work on."""
    try:
        address = address_of(url, "postgresql").render_as_string(hide_password=False)
        with psycopg.connect(address, autocommit=True, prepare_threshold=None) as connection:
            found = connection.execute(_ASKED.encode()).fetchone()
    except psycopg.Error as error:
        raise PoolSettingsError(
            f"The database cannot be reached by DENGTA_DATABASE_POOL_URL ({type(error).__name__}). Is PgBouncer "
            "running, and does its [databases] section name this database?"
        ) from error
    if found != (SERVER_ROLE, True, *SERVER_SETTINGS.values()):
        raise PoolSettingsError(
            "The connections of DENGTA_DATABASE_POOL_URL are not set up for the server. Give PgBouncer, for this "
            f"database in its [databases] section: connect_query='{connect_query(statement_timeout)}'"
        )
