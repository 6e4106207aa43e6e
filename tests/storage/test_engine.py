"""Reads go on when PostgreSQL drops a connection, and say what is wrong when they cannot."""

import asyncio

import psycopg
import pytest
from sqlalchemy import func, select, text

from storage.engine import Database, connect, libpq_url
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.models import Organization
from storage.statements import Statement

ONE = Statement("SELECT 1", {})


def end_all_connections(url: str) -> int:
    """Those of other sessions to the same database."""
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        ended = connection.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
    return 0 if ended is None else int(ended[0])


async def test_connections_that_were_dropped_while_idle_are_replaced(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=4)
    try:
        await asyncio.gather(*(database.rows(Statement("SELECT pg_sleep(0.05)", {})) for _ in range(4)))
        assert end_all_connections(empty_database_url) == 4
        assert await asyncio.gather(*(database.rows(ONE) for _ in range(8))) == [[(1,)]] * 8
    finally:
        await database.close()


async def test_a_connection_that_drops_under_a_statement_is_a_clear_failure(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=1)
    try:
        reading = asyncio.create_task(database.rows(Statement("SELECT pg_sleep(60)", {})))
        while not reading.done():  # it is tried a second time
            await asyncio.to_thread(end_all_connections, empty_database_url)
        with pytest.raises(DatabaseUnavailableError):
            await reading
        assert await database.rows(ONE) == [(1,)]
    finally:
        await database.close()


async def test_a_database_that_is_not_there_is_unavailable() -> None:
    database = connect("postgresql://nobody@127.0.0.1:1/nothing", patience=0.2)
    try:
        with pytest.raises(DatabaseUnavailableError):
            await database.rows(ONE)
    finally:
        await database.close()


async def test_a_statement_is_cancelled_in_time(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=1, statement_timeout=0.05)
    try:
        with pytest.raises(StatementTimedOutError):
            await database.rows(Statement("SELECT pg_sleep(60)", {}))
        assert await database.rows(ONE) == [(1,)]
    finally:
        await database.close()


async def test_a_cancelled_read_gives_its_connection_back(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=1)
    try:
        await database.rows(ONE)
        reading = asyncio.create_task(database.rows(Statement("SELECT pg_sleep(60)", {})))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert await database.rows(ONE) == [(1,)]
    finally:
        await database.close()


async def test_a_large_result_is_not_kept(province: Database) -> None:
    await province.rows(ONE)
    small, large = (Statement(f"SELECT generate_series(1, {size})", {}) for size in (3, 1_001))
    connection = await province._pool.getconn()
    try:
        await connection.read(small)
        assert connection._cursor is not None
        assert len(await connection.read(large)) == 1_001
        assert connection._cursor is None
    finally:
        await province._pool.putconn(connection)


async def test_a_wrong_statement_is_our_own_error(province: Database) -> None:
    with pytest.raises(psycopg.errors.UndefinedTable):
        await province.rows(Statement("SELECT FROM nowhere", {}))


async def test_the_driver_reads_what_sqlalchemy_says(province: Database) -> None:
    provinces = select(func.count()).select_from(Organization).where(Organization.kind == "PROVINCE")
    assert await province.number(provinces) == 1
    assert await province.row(select(Organization.path).where(text("false"))) is None
