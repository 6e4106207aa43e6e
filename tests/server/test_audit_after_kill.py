"""What was answered stands in the audit log, even when the server is killed in the midst of answering."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # it has no stubs
import pytest
from sqlalchemy import Connection, Engine, create_engine, text

from tests.commands import lives, wait_until
from tests.server.test_workers import Serving, serving

CLIENTS = 16
ENOUGH = 300
READ = {"query": "{ members(first: 20) { nodes { name phone } } }"}
LOCK = text("LOCK TABLE audit_entries IN SHARE MODE")
WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'audit_entries'::regclass")
OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
    "AND backend_type = 'client backend'"
)
RECORDED = text("SELECT correlation_id, writer FROM audit_entries WHERE kind = 'ARCHIVE_LOOKUP'")


@dataclass
class Readers:
    """Each reads members again and again until nobody answers; each request has an id of its own.

    A connection carries one request, so that every worker gets its share of them.
    """

    server: Serving
    asked: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    enough: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_until_nobody_answers(self) -> None:
        no_reuse = httpx.Limits(max_keepalive_connections=0)
        headers = {"Authorization": f"Bearer {self.server.token}"}
        async with httpx.AsyncClient(
            base_url=self.server.address, headers=headers, limits=no_reuse, timeout=60
        ) as http:
            await asyncio.gather(*(self._read(http, client) for client in range(CLIENTS)))

    async def _read(self, http: httpx.AsyncClient, client: int) -> None:
        for number in count():
            request = f"reader-{client}-{number}"
            self.asked.add(request)
            try:
                response = await http.post("/graphql", json=READ, headers={"X-Request-ID": request})
            except httpx.TransportError:
                assert self.enough.is_set(), "nobody has killed it yet"
                return
            assert response.status_code == 200, response.text
            assert "errors" not in response.json()
            self.answered.add(request)
            if len(self.answered) == ENOUGH:
                self.enough.set()


def kill_while_entries_wait(server: Serving, superuser: Engine) -> None:
    """No entry can be stored meanwhile: an answer that does not wait for its entry leaves without one, so that the kill
    shows it. Without the lock an entry is stored sooner than anybody can kill.
    """
    processes = [psutil.Process(server.process.pid), *server.workers]  # who replaces workers is killed first
    with superuser.connect() as lock:
        lock.execute(LOCK)
        wait_until(lambda: lock.scalar(WAITING))
        for process in processes:
            process.kill()
        server.process.wait()
        wait_until(lambda: not any(lives(process) for process in processes))
        wait_until(lambda: nobody_else_is_on(lock))


def nobody_else_is_on(connection: Connection) -> bool:
    """A transaction sees one and the same state of the others, however often it looks: each look is in a new one."""
    connection.rollback()
    return bool(connection.scalar(OTHERS) == 0)


@pytest.mark.parametrize("workers", [1, 2])
async def test_whatever_was_answered_before_the_kill_is_recorded_once(
    own_province_url: str, data_directory: Path, workers: int
) -> None:
    superuser = create_engine(own_province_url)
    options = ("--workers", str(workers))
    with serving(own_province_url, data_directory, *options, DENGTA_DATABASE_CONNECTIONS="8") as server:
        readers = Readers(server)
        async with asyncio.TaskGroup() as together:
            together.create_task(readers.read_until_nobody_answers())
            await readers.enough.wait()
            await asyncio.to_thread(kill_while_entries_wait, server, superuser)
    with superuser.connect() as connection:
        entries = connection.execute(RECORDED).all()
    superuser.dispose()
    recorded = Counter(entry.correlation_id for entry in entries)
    assert len({entry.writer for entry in entries}) == workers
    assert readers.answered < readers.asked  # it was in the midst
    assert {request: recorded[request] for request in readers.answered} == dict.fromkeys(readers.answered, 1)
