"""A PostgreSQL of each test's own, which may be stopped, filled and replaced: a copy of one that was filled before."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from domain.synthetic.province import Province
from storage import embedded
from storage.loading import load_province
from storage.migration import migrate
from tests.chaos.servers import DURABLE, Postgres
from tests.conftest import DAY, one_worker_at_a_time


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


@pytest.fixture
def own_postgres(filled_folder: Path, data_directory: Path) -> Iterator[Callable[..., Postgres]]:
    """Starts one; its owner is PostgreSQL's account."""
    made: list[Postgres] = []

    def make(name: str = "postgres") -> Postgres:
        subprocess.run(["cp", "-a", filled_folder, data_directory / name], check=True)
        made.append(Postgres(data_directory / name))
        return made[-1]

    yield make
    for each in made:
        each.server.stop()
