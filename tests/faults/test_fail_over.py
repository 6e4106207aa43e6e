"""The primary dies, its standby is promoted: the server finds it by itself, and nothing acknowledged is lost."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from sqlalchemy import make_url

from domain.clock import system_clock
from server.delivery import MessageDelivery
from server.gateways.http_calls import HttpPort
from server.gateways.message_gateway import HttpMessageGateway
from storage.engine import Database, connect, libpq_url
from storage.errors import DatabaseUnavailableError
from storage.jobs import JobKind, Queue
from storage.messages import DELIVER, OutgoingMessage, queue_message
from storage.statements import Statement
from tests.asking import AUDIT_KEY
from tests.chaos.servers import DURABLE, Postgres
from tests.commands import wait_until
from tests.faults.test_restart import SOON, called
from tests.gateway import SECRET, Asked, Gateway, eventually, running_gateway, takes
from tests.job_workers import working
from tests.replicas import Replica, streaming_replica, url_of_both

OUTBOX = "SELECT count(*) FROM change_outbox"
GAPS = "SELECT max(position) - min(position) + 1 - count(*) FROM change_events"
JOB = """INSERT INTO procrastinate_jobs (queue_name, task_name, args)
VALUES ('housekeeping', 'clear_expired', '{"timestamp": 0}') RETURNING id"""
JOBS = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'clear_expired' AND args->>'timestamp' = '0'"

SENT = Statement("SELECT state::text, count(*) FROM messages GROUP BY state", {})
LEFT = Statement("SELECT 1 FROM procrastinate_jobs WHERE task_name = 'deliver_message'", {})
PATIENCE = 120.0


@asynccontextmanager
async def followed(postgres: Postgres, folder: Path) -> AsyncIterator[Replica]:
    """By a standby that every commit waits for."""
    with streaming_replica(postgres.server, folder / "standby", DURABLE) as replica:
        with psycopg.connect(libpq_url(postgres.server.url), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")
        yield replica


async def test_callers_go_on_at_the_promoted_standby_within_five_seconds(
    own_postgres: Callable[[], Postgres], data_directory: Path
) -> None:
    """And so do numbering and jobs, in the same server."""
    postgres = own_postgres()
    async with followed(postgres, data_directory) as replica:
        promoted = replica.url("dengta")
        async with called(url_of_both(postgres.server.url, promoted), data_directory) as callers:
            await callers.all_served(since=monotonic(), times=3)
            await asyncio.to_thread(postgres.end, signal.SIGQUIT)
            await asyncio.to_thread(replica.promote)
            ready = monotonic()
            served = await callers.all_served(since=ready)
            assert served - ready < SOON
            await callers.all_served(since=served, times=3)
            assert callers.refused_since(served) == []
            await asyncio.to_thread(works_again, promoted)


def works_again(url: str) -> None:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(JOB)
        wait_until(lambda: connection.execute(JOBS).fetchone() == (0,))
        changed = connection.execute("SELECT max(id) FROM members").fetchone()
        connection.execute("UPDATE members SET phone = NULL WHERE id = %s", changed)
        wait_until(lambda: connection.execute(OUTBOX).fetchone() == (0,))
        assert connection.execute(GAPS).fetchone() == (0,)


@pytest.mark.parametrize("is_answered_meanwhile", [True, False])
async def test_a_job_under_way_is_done_by_whoever_is_free(
    own_postgres: Callable[[], Postgres], data_directory: Path, is_answered_meanwhile: bool
) -> None:
    """A message that is with the gateway as the primary dies. What is answered while there is no primary cannot be noted:
    it is sent again under the same key, by which the gateway delivers it once."""
    postgres, begun, goes_on = own_postgres(), asyncio.Event(), asyncio.Event()

    async def takes_meanwhile(gateway: Gateway, asked: Asked, writer: asyncio.StreamWriter) -> None:
        begun.set()
        await goes_on.wait()
        await takes()(gateway, asked, writer)

    async with followed(postgres, data_directory) as replica, running_gateway() as gateway:
        gateway.behaves.append(takes_meanwhile)
        url = url_of_both(postgres.server.url, replica.url("dengta"))
        port = HttpPort(gateway.url, SECRET, timeout=PATIENCE, at_once=20)
        async with connect(url, patience=1.0, audit_key=AUDIT_KEY) as database:
            delivery = MessageDelivery(database, HttpMessageGateway(port), system_clock)
            kind = JobKind(DELIVER, Queue.MESSAGES, delivery.deliver)
            async with working(url, kind) as first, working(url, kind) as second:
                await _queue(database, "under way")
                await begun.wait()
                await asyncio.to_thread(postgres.end, signal.SIGQUIT)
                if is_answered_meanwhile:
                    goes_on.set()
                    await eventually(lambda: DatabaseUnavailableError in map(type, first + second), PATIENCE)
                await asyncio.to_thread(replica.promote)
                goes_on.set()
                await eventually(lambda: _is_queued(database, "afterwards"), PATIENCE)
                await eventually(lambda: _is_all_done(database), PATIENCE)
        await port.close()
    assert gateway.delivered == {"under way": "text of under way", "afterwards": "text of afterwards"}
    assert gateway.keys.count("under way") > is_answered_meanwhile


async def _queue(database: Database, key: str) -> None:
    async with database.writing() as session:
        await queue_message(session, OutgoingMessage(key, "13800001234", "sign_in_code", f"text of {key}"))


async def _is_queued(database: Database, key: str) -> bool:
    """Once there is a connection again."""
    try:
        await _queue(database, key)
    except DatabaseUnavailableError:
        return False
    return True


async def _is_all_done(database: Database) -> bool:
    return (await database.rows(SENT), await database.rows(LEFT)) == ([("SENT", 2)], [])


async def test_a_database_that_takes_no_writes_is_left_for_one_that_does(
    own_postgres: Callable[[], Postgres], data_directory: Path
) -> None:
    """Connections to a standby say READ ONLY; once it is promoted, and without a restart, they are made anew."""
    postgres = own_postgres()
    with streaming_replica(postgres.server, data_directory / "standby", DURABLE) as replica:
        async with connect(replica.url("dengta"), audit_key=AUDIT_KEY) as database:
            with pytest.raises(DatabaseUnavailableError):
                await _write(database)
            replica.promote()
            await _write(database)


async def _write(database: Database) -> None:
    async with database.writing() as session:
        await session.execute(Statement("UPDATE members SET phone = NULL WHERE id = 1", {}))


async def test_a_host_that_says_nothing_is_passed_over(empty_database_url: str) -> None:
    """As one whose machine has lost its power: it takes the connection, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        query = make_url(empty_database_url).query
        both = {"host": f"{host},{query['host']}", "port": f"{port},{query['port']}"}
        url = make_url(empty_database_url).set(query=both).render_as_string(hide_password=False)
        async with connect(url, patience=20.0) as database:
            assert await database.rows(Statement("SELECT 1", {})) == [(1,)]
