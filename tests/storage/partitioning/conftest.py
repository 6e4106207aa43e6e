"""Registers in parts are clones of one that was parted once; so are their databases in the second server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from domain.codes import OrganizationKind
from domain.synthetic.province import Province
from storage import embedded
from storage.embedded import EmbeddedServer
from storage.engine import connect
from storage.loading import load_province
from storage.migration import migrate
from storage.partitioning import partition_members
from tests.asking import AUDIT_KEY, Api
from tests.conftest import DAY, MEMBERS, made_template, one_worker_at_a_time
from tests.oracle import Register
from tests.parted import Parted, lead_to, opened, place_of_away, rows
from tests.rolled_up import rolled_up
from tests.set_clock import SetClock

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "64MB"}


@pytest.fixture(scope="session")
def second(run_folder: Path) -> Iterator[EmbeddedServer]:
    server = embedded.start(run_folder / "second", settings=FAST)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def empty_second(second: EmbeddedServer, run_folder: Path, worker_id: str) -> Callable[[], str]:
    """The URL of a new database of the second server, without tables."""
    return lambda: _new_database(second, run_folder, worker_id, "template0")


@pytest.fixture(scope="session")
def parted_template(postgres: EmbeddedServer, second: EmbeddedServer, run_folder: Path, register: Register) -> str:
    async def count_in_advance(url: str) -> None:
        async with connect(url, connections=2, audit_key=AUDIT_KEY) as database:
            await rolled_up(database, SetClock())

    def fill(url: str) -> None:
        migrate(url)
        load_province(url, Province(MEMBERS, seed=1, day=DAY))
        asyncio.run(count_in_advance(url))
        rows(second.url, "CREATE DATABASE parted_template")
        there = second.database_url("parted_template")
        partition_members(url, OrganizationKind.CITY, {place_of_away(register).path: there})

    return made_template(postgres, run_folder, "parted_template", fill)


@pytest.fixture(scope="session")
def parted_clone(
    clone: Callable[[str], str], parted_template: str, second: EmbeddedServer, run_folder: Path, worker_id: str
) -> Callable[[], tuple[str, str]]:
    """The URLs of a fresh register in parts, and of its database in the second server."""

    def make() -> tuple[str, str]:
        url, there = clone(parted_template), _new_database(second, run_folder, worker_id, parted_template)
        lead_to(url, there)
        return url, there

    return make


@pytest.fixture(scope="session")
async def parted(parted_clone: Callable[[], tuple[str, str]], register: Register, api: Api) -> AsyncIterator[Parted]:
    """One for all tests that change no more than members of their own."""
    async with opened(*parted_clone(), register, api.clock) as found:
        yield found


@pytest.fixture
async def own_parted(
    parted_clone: Callable[[], tuple[str, str]], register: Register, api: Api
) -> AsyncIterator[Parted]:
    async with opened(*parted_clone(), register, api.clock) as found:
        yield found


def _new_database(server: EmbeddedServer, folder: Path, worker_id: str, template: str) -> str:
    with one_worker_at_a_time(folder):
        [(number,)] = rows(server.url, "SELECT count(*) FROM pg_database")
        name = f"clone_{worker_id}_{number}"
        rows(server.url, f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.database_url(name)
