"""Each spelling of an address in use for PostgreSQL is understood, by SQLAlchemy's engine and by libpq."""

import pytest
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import make_url

from storage.engine import libpq_url, psycopg_url


@pytest.mark.parametrize(
    ("spelling", "hosts", "ports"),
    [
        ("postgres://u:p@db:5433/register", "db", "5433"),
        ("postgresql://u:p@a:1,b:2/register", "a,b", "1,2"),
        ("postgresql://u:p@a,b/register", "a,b", "5432,5432"),
        ("postgresql+psycopg://u:p@[::1]:1,[::2]/register", "::1,::2", "1,5432"),
        ("postgresql+psycopg://u:p@/register?host=a:1&host=b:2", "a,b", "1,2"),
        ("postgresql://u:p@/register?host=a,b&port=1,2", "a,b", "1,2"),
    ],
)
def test_several_hosts(spelling: str, hosts: str, ports: str) -> None:
    query = "&" if "?" in spelling else "?"
    spelling += f"{query}target_session_attrs=read-write"
    found = conninfo_to_dict(libpq_url(spelling))
    assert (found["host"], found["port"]) == (hosts, ports)
    assert (found["user"], found["password"], found["dbname"]) == ("u", "p", "register")
    assert found["target_session_attrs"] == "read-write"
    _, arguments = make_url(psycopg_url(spelling)).get_dialect()().create_connect_args(make_url(psycopg_url(spelling)))
    assert (arguments["host"], str(arguments["port"])) == (hosts, ports)


def test_a_lost_host_is_noticed_soon_unless_the_address_says_otherwise() -> None:
    assert conninfo_to_dict(libpq_url("postgresql://db/register"))["connect_timeout"] == "3"
    assert conninfo_to_dict(libpq_url("postgresql://db/register?connect_timeout=9"))["connect_timeout"] == "9"
