"""One embedded PostgreSQL for the whole run, shared by the parallel workers; each works in clones of a template."""

import asyncio
import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import create_engine, text

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from domain.synthetic.province import Province
from server.operations.executors import GRAPHQL_CORE
from storage import embedded
from storage.embedded import EmbeddedServer
from storage.engine import Database, connect
from storage.loading import load_province
from storage.migration import migrate
from tests.asking import AUDIT_KEY, Api
from tests.chaos.servers import DURABLE
from tests.oracle import Register
from tests.reading import read_register
from tests.rolled_up import rolled_up
from tests.set_clock import SetClock

hypothesis.settings.register_profile(
    "dengta", max_examples=int(os.environ.get("DENGTA_TEST_EXAMPLES", "100")), deadline=None, print_blob=True
)
hypothesis.settings.load_profile("dengta")

MEMBERS = 2_000
DAY = date(2026, 11, 23)
_UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "256MB"}
_RUN_FOLDER = "DENGTA_TEST_RUN_FOLDER"
_clones = count()


def pytest_configure(config: pytest.Config) -> None:
    """The workers are started with the environment of the process that starts them, and so find the same folder.

    It lies outside pytest's own, which PostgreSQL's account may not enter when the tests are run as root.
    """
    if not hasattr(config, "workerinput"):
        os.environ[_RUN_FOLDER] = tempfile.mkdtemp(prefix="dengta-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_RUN_FOLDER), ignore_errors=True)


@pytest.fixture(scope="session")
def run_folder() -> Path:
    """A folder that all workers of this run share."""
    return Path(os.environ[_RUN_FOLDER])


@pytest.fixture
def data_directory() -> Iterator[Path]:
    """Not under pytest's own folder, which PostgreSQL's account may not enter when the tests are run as root."""
    with tempfile.TemporaryDirectory(prefix="dengta-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


@pytest.fixture(scope="session")
def postgres(run_folder: Path) -> Iterator[EmbeddedServer]:
    server = embedded.start(run_folder / "postgres", settings=_UNSAFE_BUT_FAST)
    yield server
    server.stop()


@contextmanager
def one_worker_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _execute(server: EmbeddedServer, statement: str) -> list[object]:
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        result = connection.execute(text(statement))
        rows: list[object] = list(result) if result.returns_rows else []
    engine.dispose()
    return rows


def made_template(server: EmbeddedServer, folder: Path, name: str, fill: Callable[[str], None]) -> str:
    """The template database, made by the first worker that needs it."""
    with one_worker_at_a_time(folder):
        if not _execute(server, f"SELECT FROM pg_database WHERE datname = '{name}'"):
            _execute(server, f"CREATE DATABASE {name}_draft")
            fill(server.database_url(f"{name}_draft"))
            _execute(server, f"ALTER DATABASE {name}_draft RENAME TO {name}")
    return name


@pytest.fixture(scope="session")
def filled_folder(run_folder: Path) -> Path:
    """Of a PostgreSQL that is not running, with a province of 300 members."""
    folder = run_folder / "filled"
    with one_worker_at_a_time(run_folder):
        if not folder.exists():
            server = embedded.start(run_folder / "filling", settings=DURABLE)
            migrate(server.url)
            load_province(server.url, Province(300, seed=1, day=DAY))
            server.stop()
            (run_folder / "filling").rename(folder)
    return folder


@pytest.fixture(scope="session")
def clone(postgres: EmbeddedServer, run_folder: Path, worker_id: str) -> Callable[[str], str]:
    """Template's name → the URL of a fresh clone of it."""

    def make(template: str) -> str:
        name = f"clone_{worker_id}_{next(_clones)}"
        with one_worker_at_a_time(run_folder):
            _execute(postgres, f"CREATE DATABASE {name} TEMPLATE {template}")
        return postgres.database_url(name)

    return make


@pytest.fixture(scope="session")
def empty_template(postgres: EmbeddedServer, run_folder: Path) -> str:
    return made_template(postgres, run_folder, "empty_template", migrate)


@pytest.fixture(scope="session")
def province_template(postgres: EmbeddedServer, run_folder: Path) -> str:
    def fill(url: str) -> None:
        migrate(url)
        load_province(url, Province(MEMBERS, seed=1, day=DAY), run_folder / "manifest.json")

    return made_template(postgres, run_folder, "province_template", fill)


@pytest.fixture(scope="session")
def breaches(province_template: str, run_folder: Path) -> Mapping[str, set[int]]:  # noqa: ARG001 # which writes it
    """Rule → the members of the province into whom a breach of it was put."""
    return {rule: set(ids) for rule, ids in json.loads((run_folder / "manifest.json").read_text())["breaches"].items()}


@pytest.fixture(scope="session")
def rolled_up_template(postgres: EmbeddedServer, run_folder: Path) -> str:
    """The same province, with statistics counted in advance of smaller organisations than by default."""

    async def size(url: str) -> None:
        async with connect(url, connections=2, audit_key=AUDIT_KEY) as database:
            await rolled_up(database, SetClock())

    def fill(url: str) -> None:
        migrate(url)
        load_province(url, Province(MEMBERS, seed=1, day=DAY))
        asyncio.run(size(url))

    return made_template(postgres, run_folder, "rolled_up_template", fill)


@pytest.fixture(scope="session")
def province_url(clone: Callable[[str], str], province_template: str) -> str:
    """A province of 2,000 members that no test changes."""
    return clone(province_template)


@pytest.fixture
def empty_database_url(clone: Callable[[str], str], empty_template: str) -> str:
    """A database of one's own with the tables and nothing in them."""
    return clone(empty_template)


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[Database]:
    """The same, connected to."""
    database = connect(empty_database_url, connections=16, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def own_province_url(clone: Callable[[str], str], province_template: str) -> str:
    """A province of 2,000 members that this test alone changes."""
    return clone(province_template)


@pytest.fixture(scope="session")
async def register(province: Database) -> Register:
    """Every row of the province, for the oracle."""
    return await read_register(province, DAY)


@pytest.fixture(scope="session")
async def api(province: Database) -> AsyncIterator[Api]:
    """The application over the province, on the day that it was made for."""
    application = Api(province, clock=lambda: datetime(DAY.year, DAY.month, DAY.day, 4, tzinfo=UTC))
    yield application
    await application.http.aclose()


@pytest.fixture(scope="session")
async def interpreted_api(province: Database, api: Api) -> AsyncIterator[Api]:
    """The same, with graphql-core as its executor."""
    application = Api(province, api.matrix, api.clock, api.key, executor=GRAPHQL_CORE)
    yield application
    await application.http.aclose()


@pytest.fixture(params=["compiled", "graphql-core"])
def either_api(request: pytest.FixtureRequest, api: Api, interpreted_api: Api) -> Api:
    """The application on the one executor and on the other."""
    return interpreted_api if request.param == GRAPHQL_CORE else api


@pytest.fixture(scope="session")
def province_committee(register: Register) -> OrganizationRecord:
    return register.first_of_kind(OrganizationKind.PROVINCE)


@pytest.fixture(scope="session")
def county(register: Register) -> OrganizationRecord:
    """A county in the middle of the tree, with members."""
    counties = [o for o in register.of_kind(OrganizationKind.COUNTY) if register.members_in(o)]
    return counties[len(counties) // 2]


@pytest.fixture(scope="session")
def approving_committee(register: Register) -> OrganizationRecord:
    committees = register.of_kind(OrganizationKind.GRASSROOTS_COMMITTEE)
    return max((o for o in committees if o.can_approve_membership), key=lambda o: len(register.members_in(o)))


@pytest.fixture(scope="session")
def branch(register: Register) -> OrganizationRecord:
    return max(register.of_kind(OrganizationKind.BRANCH), key=lambda o: len(register.members_in(o)))


@pytest.fixture(scope="session")
async def province(province_url: str) -> AsyncIterator[Database]:
    database = connect(province_url, connections=8, audit_key=AUDIT_KEY)
    yield database
    await database.close()
