"""The worker: messages leave at once, once each, and nothing that happens to it or to its database loses one."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any

import pytest
from procrastinate import PsycopgConnector
from procrastinate.manager import JobManager
from sqlalchemy import create_engine, make_url, text

from domain.clock import system_clock
from server.delivery import MessageDelivery
from server.gateways.http_calls import HttpPort
from server.gateways.message_gateway import HttpMessageGateway
from storage import job_worker, pools
from storage.embedded import EmbeddedServer
from storage.engine import Database, connect
from storage.jobs import JobKind, Queue, defer_jobs
from storage.messages import DELIVER, OutgoingMessage, queue_message
from storage.statements import Statement
from tests.asking import AUDIT_KEY
from tests.gateway import SECRET, Asked, Gateway, answers, eventually, hangs, takes_together
from tests.job_workers import working

STATES = Statement("SELECT state::text, count(*) FROM messages GROUP BY state", {})
JOBS = Statement("SELECT task_name, status::text, attempts FROM procrastinate_jobs", {})
MANY = 500
UNHURRIED = 600.0
"""Seconds: for whoever is late on a machine that has much else to do, and is not to be held for lost."""


@pytest.fixture
async def delivery(database: Database, gateway: Gateway) -> AsyncIterator[MessageDelivery]:
    port = HttpPort(gateway.url, SECRET, timeout=5.0, at_once=20)
    yield MessageDelivery(database, HttpMessageGateway(port), system_clock)
    await port.close()


def delivers(delivery: MessageDelivery) -> JobKind:
    return JobKind(DELIVER, Queue.MESSAGES, delivery.deliver)


async def queue(database: Database, *keys: str) -> None:
    async with database.writing() as session:
        for key in keys:
            await queue_message(session, OutgoingMessage(key, "13800001234", "sign_in_code", f"text of {key}"))


async def states(database: Database) -> dict[str, int]:
    return dict(await database.rows(STATES))


async def test_a_worker_stops_though_it_was_told_while_it_began(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the database's driver may do it, what registers the worker lets the cancellation get lost."""
    register, begins = JobManager.register_worker, asyncio.Event()

    async def register_and_hear_nothing(manager: JobManager) -> int:
        begins.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        return await register(manager)

    monkeypatch.setattr(JobManager, "register_worker", register_and_hear_nothing)
    monkeypatch.setattr(job_worker, "_STOPS_WITHIN", 0.1)
    async with asyncio.timeout(15) as patience, working(empty_database_url):
        await begins.wait()
    assert not patience.expired()


async def test_a_worker_stops_though_it_was_told_while_it_took_over(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What takes the jobs of the lost lets the cancellation get lost, as the database's driver may do it."""
    execute, takes = PsycopgConnector.execute_query_async, asyncio.Event()

    async def take_and_hear_nothing(connector: PsycopgConnector, query: str, **arguments: Any) -> None:
        if "FROM procrastinate_workers" not in query:
            await execute(connector, query, **arguments)
            return
        takes.set()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()

    monkeypatch.setattr(PsycopgConnector, "execute_query_async", take_and_hear_nothing)
    async with asyncio.timeout(15) as patience, working(empty_database_url):
        await takes.wait()
    assert not patience.expired()


async def test_a_message_leaves_as_soon_as_it_is_committed(
    empty_database_url: str, database: Database, gateway: Gateway, delivery: MessageDelivery
) -> None:
    took = []
    async with working(empty_database_url, delivers(delivery)) as reported:
        for number in range(9):
            await queue(database, f"code:{number}")
            committed_at = monotonic()
            await eventually(lambda count=number + 1: len(gateway.asked) == count)  # type: ignore[misc]
            took.append(monotonic() - committed_at)
    assert sorted(took)[len(took) // 2] < 0.3, "woken, not found by looking every second"
    assert reported == []


async def test_what_failed_is_tried_again_by_itself(
    empty_database_url: str, database: Database, gateway: Gateway, delivery: MessageDelivery
) -> None:
    gateway.behaves.append(answers(503))
    await queue(database, "code:1")
    async with working(empty_database_url, delivers(delivery)) as reported:
        await eventually(lambda: delivered_all(database, 1))
    assert (gateway.keys, gateway.delivered) == (["code:1", "code:1"], {"code:1": "text of code:1"})
    assert await database.rows(JOBS) == [], "a job goes when it is done"
    assert reported == []


async def delivered_all(database: Database, count: int) -> bool:
    return await states(database) == {"SENT": count}


@pytest.fixture
async def unhurried(empty_database_url: str) -> AsyncIterator[Database]:
    async with connect(
        empty_database_url, statement_timeout=UNHURRIED, patience=UNHURRIED, audit_key=AUDIT_KEY
    ) as database:
        yield database


@pytest.mark.parametrize("workers", [1, 2])
async def test_many_messages_at_once_are_delivered_once_each(
    empty_database_url: str, unhurried: Database, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    """As long as nobody is held for lost: what has been begun is then done again."""
    monkeypatch.setattr(job_worker, "_WAITS_FOR_A_CONNECTION", UNHURRIED)
    monkeypatch.setattr(pools, "CHECKED_WITHIN", UNHURRIED)
    gateway.behaves.extend([takes_together(5 * workers, UNHURRIED)] * 5 * workers)
    port = HttpPort(gateway.url, SECRET, timeout=UNHURRIED, at_once=20)
    kinds = [delivers(MessageDelivery(unhurried, HttpMessageGateway(port), system_clock))]
    batches = [[f"code:{batch}-{number}" for number in range(10)] for batch in range(MANY // 10)]
    async with (
        working(empty_database_url, *kinds, at_once=5, lost_after=UNHURRIED) as first,
        working(empty_database_url, *kinds if workers == 2 else [], at_once=5, lost_after=UNHURRIED) as second,
    ):
        await asyncio.gather(*(queue(unhurried, *keys) for keys in batches))
        await eventually(lambda: delivered_all(unhurried, MANY), UNHURRIED)
    await port.close()
    assert sorted(gateway.keys) == sorted(key for keys in batches for key in keys), "none twice, none left out"
    assert gateway.most_at_once == 5 * workers
    assert first + second == []


async def test_a_worker_without_a_gateway_leaves_messages_for_later(
    empty_database_url: str, database: Database, gateway: Gateway, delivery: MessageDelivery
) -> None:
    done = asyncio.Event()

    async def something_else() -> None:
        done.set()

    await queue(database, "code:1")
    async with database.writing() as session:
        await defer_jobs(session, "else", Queue.HOUSEKEEPING, [{}])
    async with working(empty_database_url, JobKind("else", Queue.HOUSEKEEPING, something_else)):
        async with asyncio.timeout(20):
            await done.wait()
    assert (await states(database), gateway.asked) == ({"PENDING": 1}, [])
    async with working(empty_database_url, delivers(delivery)):
        await eventually(lambda: delivered_all(database, 1))


async def test_a_lost_database_is_waited_out(
    empty_database_url: str, database: Database, gateway: Gateway, delivery: MessageDelivery
) -> None:
    """Every connection is cut, the one that listens too, as by a restart."""
    async with working(empty_database_url, delivers(delivery)):
        await queue(database, "code:1")
        await eventually(lambda: delivered_all(database, 1))
        cut_all_connections(empty_database_url)
        await eventually(lambda: queued(database, "code:2"))
        await eventually(lambda: delivered_all(database, 2))
        took = []
        for number in range(3, 8):
            await queue(database, f"code:{number}")
            queued_at = monotonic()
            await eventually(lambda count=number: len(gateway.delivered) == count)  # type: ignore[misc]
            took.append(monotonic() - queued_at)
    assert sorted(took)[2] < 0.3, "it listens again"


async def queued(database: Database, key: str) -> bool:
    """Once there is a connection again."""
    try:
        await queue(database, key)
    except Exception:
        return False
    return True


def cut_all_connections(url: str) -> None:
    engine = create_engine(url)
    with engine.connect() as connection:
        cut = connection.execute(
            text(
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        ).scalar_one()
    engine.dispose()
    assert cut >= 2


@contextmanager
def database_away(postgres: EmbeddedServer, url: str) -> Iterator[None]:
    """Nobody can connect meanwhile, and whoever was connected is cut off."""
    name = make_url(url).database
    engine = create_engine(postgres.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        try:
            yield
        finally:
            connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    engine.dispose()


async def test_an_outage_is_reported_and_waited_out(
    postgres: EmbeddedServer,
    empty_database_url: str,
    database: Database,
    gateway: Gateway,
    delivery: MessageDelivery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("storage.job_worker._WAITS_FOR_A_CONNECTION", 0.5)
    async with working(empty_database_url, delivers(delivery)) as reported:
        await queue(database, "code:1")
        await eventually(lambda: delivered_all(database, 1))
        with database_away(postgres, empty_database_url):
            await eventually(lambda: len(reported) >= 3)
        await eventually(lambda: queued(database, "code:2"))
        await eventually(lambda: delivered_all(database, 2), patience=40)
    assert gateway.keys == ["code:1", "code:2"]


async def test_it_can_be_stopped_during_an_outage(
    postgres: EmbeddedServer,
    empty_database_url: str,
    database: Database,
    delivery: MessageDelivery,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("storage.job_worker._WAITS_FOR_A_CONNECTION", 0.5)
    worker = working(empty_database_url, delivers(delivery))
    await worker.__aenter__()
    await queue(database, "code:1")
    await eventually(lambda: delivered_all(database, 1))
    with database_away(postgres, empty_database_url):
        async with asyncio.timeout(15):
            await worker.__aexit__(None, None, None)


async def test_a_stop_lets_what_is_under_way_finish(
    empty_database_url: str, database: Database, gateway: Gateway, delivery: MessageDelivery
) -> None:
    may_answer = asyncio.Event()

    async def answers_late(gateway: Gateway, asked: Asked, writer: asyncio.StreamWriter) -> None:
        await may_answer.wait()
        await answers(200)(gateway, asked, writer)

    gateway.behaves.append(answers_late)
    await queue(database, "code:1")
    async with working(empty_database_url, delivers(delivery)):
        await eventually(lambda: len(gateway.asked) == 1)
        asyncio.get_running_loop().call_later(0.2, may_answer.set)
    assert await states(database) == {"SENT": 1}


async def test_what_a_stop_cuts_off_is_done_by_the_next_worker(
    empty_database_url: str, database: Database, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.job_worker._STOPS_WITHIN", 0.1)
    gateway.behaves.append(hangs(after_delivery=True))
    port = HttpPort(gateway.url, SECRET, timeout=60.0, at_once=1)
    kind = delivers(MessageDelivery(database, HttpMessageGateway(port), system_clock))
    await queue(database, "code:1")
    async with working(empty_database_url, kind):
        await eventually(lambda: len(gateway.asked) == 1)
    assert await database.rows(JOBS) == [(DELIVER, "todo", 1)]
    async with working(empty_database_url, kind):
        await eventually(lambda: delivered_all(database, 1))
    await port.close()
    assert (gateway.keys, gateway.delivered) == (["code:1", "code:1"], {"code:1": "text of code:1"})


async def test_an_unexpected_error_is_reported_and_the_job_done_again(
    empty_database_url: str, database: Database
) -> None:
    asked: list[int] = []

    async def stumbles(number: int) -> None:
        asked.append(number)
        if len(asked) == 1:
            raise LookupError

    async with database.writing() as session:
        await defer_jobs(session, "stumbles", Queue.MESSAGES, [{"number": 7}])
    async with working(empty_database_url, JobKind("stumbles", Queue.MESSAGES, stumbles)) as reported:
        await eventually(lambda: no_jobs(database))
    assert asked == [7, 7]
    assert [type(error) for error in reported] == [LookupError]


async def no_jobs(database: Database) -> bool:
    return await database.rows(JOBS) == []


async def test_some_jobs_come_by_themselves_and_outlive_their_errors(empty_database_url: str) -> None:
    times: list[float] = []

    async def comes_by_itself() -> None:
        times.append(monotonic())
        raise LookupError

    every_second = JobKind("comes", Queue.HOUSEKEEPING, comes_by_itself, every="* * * * * *")
    async with working(empty_database_url, every_second) as reported:
        await eventually(lambda: len(times) >= 2)
    assert {type(error) for error in reported} == {LookupError}
