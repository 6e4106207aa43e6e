from collections.abc import AsyncIterator, Callable

import pytest

from domain.records import OrganizationRecord
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import Database, connect
from tests.asking import AUDIT_KEY, Api
from tests.exporting import LARGE, SMALL, Places
from tests.listened import ListenedRegister, listened_to
from tests.set_clock import SetClock


@pytest.fixture(params=[COMPILED, GRAPHQL_CORE])
async def listened(
    request: pytest.FixtureRequest, own_province_url: str, province_committee: OrganizationRecord
) -> AsyncIterator[ListenedRegister]:
    async with listened_to(own_province_url, province_committee, request.param) as register:
        yield register


@pytest.fixture(scope="module")
def exports_url(clone: Callable[[str], str], province_template: str) -> str:
    return clone(province_template)


@pytest.fixture(scope="module")
async def exports_database(exports_url: str) -> AsyncIterator[Database]:
    async with connect(exports_url, connections=16, audit_key=AUDIT_KEY) as database:
        yield database


@pytest.fixture
def places(county: OrganizationRecord, approving_committee: OrganizationRecord, branch: OrganizationRecord) -> Places:
    return {"county": county, "committee": approving_committee, "branch": branch}


@pytest.fixture
async def small(exports_database: Database, clock: SetClock) -> AsyncIterator[Api]:
    """Writes all that is asked for here when it is downloaded."""
    application = Api(exports_database, clock=clock, exports=SMALL)
    yield application
    await application.http.aclose()


@pytest.fixture
async def large(small: Api) -> AsyncIterator[Api]:
    """Has jobs write everything."""
    application = Api(small.database, clock=small.clock, exports=LARGE, key=small.key, files=small.files)
    yield application
    await application.http.aclose()
