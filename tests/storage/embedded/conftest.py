import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from storage import embedded
from storage.embedded import EmbeddedServer
from tests.storage.embedded.processes import FAST, Start


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Not under pytest's own folder: every other pytest that begins makes that one private again, and shuts out the
    account that PostgreSQL runs under for root."""
    with tempfile.TemporaryDirectory(prefix="dengta-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:  # noqa: ARG001 - the folder shall outlive the servers
    with ExitStack() as stops:

        def start_for_this_test(data_dir: Path) -> EmbeddedServer:
            server = embedded.start(data_dir, settings=FAST, stop_at_exit=False)
            stops.callback(server.stop)
            return server

        yield start_for_this_test
