from collections.abc import AsyncIterator

import pytest

from domain.records import MemberRecord, OrganizationRecord
from tests.oracle import Register
from tests.receiver import Receiver, receiving
from tests.webhooks import Office, office_over


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def office(own_province_url: str, county: OrganizationRecord) -> AsyncIterator[Office]:
    async with office_over(own_province_url, county) as office:
        yield office


@pytest.fixture
def inside(register: Register, county: OrganizationRecord) -> MemberRecord:
    return register.members_in(county)[0]


@pytest.fixture
def outside(register: Register, county: OrganizationRecord) -> MemberRecord:
    return next(member for member in register.members if not member.org_path.startswith(county.path))
