"""A PostgreSQL of each test's own, which may be stopped, filled and replaced: a copy of one that was filled before."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.chaos.servers import Postgres


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
