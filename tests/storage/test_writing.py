"""A write session is one transaction with its audit entries: all of it or nothing."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from unittest.mock import patch

import psycopg
import pytest
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from sqlalchemy import Insert, func, insert, select, update

from domain.audit import AuditRecord
from domain.codes import AuditKind, Channel, MessageState
from storage.engine import Database, connect, libpq_url
from storage.errors import DatabaseUnavailableError
from storage.models import AuditEntry, Message
from storage.statements import Statement
from storage.writing import WriteConnection
from tests.asking import AUDIT_KEY
from tests.storage.test_engine import end_all_connections

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
CHAINS = select(AuditEntry.writer, AuditEntry.number, AuditEntry.actor).order_by(AuditEntry.id)


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    """With the two connections for writing that are the least."""
    database = connect(empty_database_url, connections=1, audit_key=AUDIT_KEY)
    yield database
    await database.close()


def message(key: str) -> Insert:
    values = {"channel": Channel.SMS, "recipient": "13800000000", "template": "a", "state": MessageState.PENDING}
    return insert(Message).values({**values, "key": key})


def record(actor: str) -> AuditRecord:
    return AuditRecord(AuditKind.ACCOUNT, NOW, actor)


async def write_and_fail(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(message("lost"))
        await session.audit(record("lost"))
        await session.notify("somewhere", "lost")
        raise LookupError


async def test_everything_is_committed_at_the_end(database: Database) -> None:
    async with database.writing() as session:
        assert await session.row(message("a").returning(Message.key)) == ("a",)
        assert await session.execute(update(Message).values(attempts=Message.attempts + 1)) == 1
        await session.audit(record("somebody"))
        assert await database.number(select(func.count()).select_from(Message)) == 0
    assert await database.rows(select(Message.key, Message.attempts)) == [("a", 1)]
    assert await database.number(select(func.count()).select_from(AuditEntry)) == 1


async def test_nothing_stays_of_a_session_that_raises(database: Database) -> None:
    with pytest.raises(LookupError):
        await write_and_fail(database)
    assert await database.rows(select(Message.key)) == []
    assert await database.rows(CHAINS) == []


async def test_the_chain_of_a_connection_goes_on_without_what_was_rolled_back(database: Database) -> None:
    async with database.writing() as session:
        await session.audit(record("first"), record("second"))
    with pytest.raises(LookupError):
        await write_and_fail(database)
    async with database.writing() as session:
        await session.audit(record("third"))
    entries = await database.rows(CHAINS)
    assert [(number, actor) for _, number, actor in entries] == [(1, "first"), (2, "second"), (3, "third")]
    assert len({writer for writer, _, _ in entries}) == 1


async def test_sessions_at_the_same_time_have_chains_of_their_own(database: Database) -> None:
    async with database.writing() as one, database.writing() as other:
        await one.audit(record("one"))
        await other.audit(record("other"))
    entries = await database.rows(CHAINS)
    assert {(number, actor) for _, number, actor in entries} == {(1, "one"), (1, "other")}
    assert len({writer for writer, _, _ in entries}) == 2


async def test_a_constraint_is_its_own_error_and_the_connection_stays_good(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(message("a"))
    with pytest.raises(UniqueViolation):
        async with database.writing() as session:
            await session.execute(message("a"))
    async with database.writing() as session:
        await session.execute(message("b"))
    assert await database.number(select(func.count()).select_from(Message)) == 2


async def test_a_connection_that_is_lost_in_the_midst_loses_everything(
    database: Database, empty_database_url: str
) -> None:
    async def write_and_lose_the_connection() -> None:
        async with database.writing() as session:
            await session.audit(record("lost"))
            end_all_connections(empty_database_url)
            await session.execute(message("a"))

    with pytest.raises(DatabaseUnavailableError):
        await write_and_lose_the_connection()
    async with database.writing() as session:
        await session.audit(record("after"))
    assert [(number, actor) for _, number, actor in await database.rows(CHAINS)] == [(1, "after")]


async def test_a_connection_that_was_dropped_while_idle_is_replaced(
    database: Database, empty_database_url: str
) -> None:
    async with database.writing() as session:
        await session.audit(record("before"))
    end_all_connections(empty_database_url)
    async with database.writing() as session:
        await session.audit(record("after"))
    entries = await database.rows(CHAINS)
    assert [(number, actor) for _, number, actor in entries] == [(1, "before"), (1, "after")]


async def test_a_cancelled_session_leaves_nothing(database: Database) -> None:
    begun = asyncio.Event()

    async def write() -> None:
        async with database.writing() as session:
            await session.execute(message("a"))
            begun.set()
            await session.rows(Statement("SELECT pg_sleep(60)", {}))

    writing = asyncio.create_task(write())
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    async with database.writing() as session:
        await session.execute(message("b"))
    assert await database.rows(select(Message.key)) == [("b",)]


async def test_after_a_commit_that_was_cancelled_another_chain_begins(database: Database) -> None:
    async with database.writing() as session:
        await session.audit(record("before"))
    with patch.object(WriteConnection, "commit", cancelled_after_commit), pytest.raises(asyncio.CancelledError):
        async with database.writing() as session:
            await session.audit(record("committed"))
    async with database.writing() as session:
        await session.audit(record("after"))
    entries = await database.rows(CHAINS)
    assert [(number, actor) for _, number, actor in entries] == [(1, "before"), (2, "committed"), (1, "after")]


async def cancelled_after_commit(connection: WriteConnection) -> None:
    await AsyncConnection.commit(connection)
    raise asyncio.CancelledError


async def test_listeners_hear_of_what_was_committed(database: Database, empty_database_url: str) -> None:
    async with await psycopg.AsyncConnection.connect(libpq_url(empty_database_url), autocommit=True) as listener:
        await listener.execute("LISTEN somewhere")
        with pytest.raises(LookupError):
            await write_and_fail(database)
        async with database.writing() as session:
            await session.notify("somewhere", "kept")
        heard = [notice.payload async for notice in listener.notifies(timeout=10, stop_after=1)]
    assert heard == ["kept"]


async def test_without_an_audit_key_nothing_is_written(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=1)
    with pytest.raises(RuntimeError, match="audit key"):
        database.writing()
    await database.close()
