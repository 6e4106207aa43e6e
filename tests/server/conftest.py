import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.gateway import Gateway, running_gateway


@pytest.fixture
def data_directory() -> Iterator[Path]:
    """Not under pytest's own folder, which PostgreSQL's account may not enter when the tests are run as root."""
    with tempfile.TemporaryDirectory(prefix="dengta-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as gateway:
        yield gateway
