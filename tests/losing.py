"""The database as it is lost: just while entries of the audit log are written, or altogether."""

import psycopg
from sqlalchemy import make_url

from storage.engine import libpq_url

_LOSING = """
CREATE SEQUENCE attempts;
CREATE FUNCTION lose_the_connection() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE attempt bigint := nextval('attempts');
BEGIN
  IF attempt BETWEEN {first} AND {last} THEN
    PERFORM pg_terminate_backend(pg_backend_pid());
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER lose_the_connection AFTER INSERT ON audit_entries EXECUTE FUNCTION lose_the_connection();
"""
_NEVER = 2**62


def lose_connections(url: str, first: int = 1, last: int = _NEVER) -> None:
    """Those of the first to the last attempt from now on to write entries end after the insertion, before its commit."""
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute(_LOSING.format(first=first, last=last))


def shut_everybody_out(url: str) -> None:
    """Of the database of that URL: all connections end, and there are no new ones."""
    name = make_url(url).database
    with psycopg.connect(_elsewhere(url), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))


def let_everybody_in(url: str) -> None:
    """Again."""
    with psycopg.connect(_elsewhere(url), autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {make_url(url).database} ALLOW_CONNECTIONS true")


def _elsewhere(url: str) -> str:
    """Another database of the same server."""
    return libpq_url(make_url(url).set(database="postgres").render_as_string(hide_password=False))
