from collections.abc import AsyncIterator

import pytest

from domain.records import OrganizationRecord
from server.operations.executors import COMPILED, GRAPHQL_CORE
from tests.listened import ListenedRegister, listened_to


@pytest.fixture(params=[COMPILED, GRAPHQL_CORE])
async def listened(
    request: pytest.FixtureRequest, own_province_url: str, province_committee: OrganizationRecord
) -> AsyncIterator[ListenedRegister]:
    async with listened_to(own_province_url, province_committee, request.param) as register:
        yield register
