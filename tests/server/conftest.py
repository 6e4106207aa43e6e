from collections.abc import AsyncIterator

import pytest

from tests.gateway import Gateway, running_gateway


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    async with running_gateway() as gateway:
        yield gateway
