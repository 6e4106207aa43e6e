"""The database is lost once a change is committed, and before it is answered: the change is not called unsaved."""

from collections.abc import AsyncIterator

import pytest

from domain.codes import OrganizationKind
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api
from tests.chaos.callers import saving, sound_members
from tests.losing import lose_connections
from tests.oracle import Register

SAVE = """mutation ($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { homeAddress version } errors { code } }
}"""


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        yield api
        await api.http.aclose()


async def test_nobody_is_told_that_it_was_not_saved(own_api: Api, own_province_url: str, register: Register) -> None:
    caller = own_api.as_(register.first_of_kind(OrganizationKind.PROVINCE))
    member = next(sound_members(register))
    asked = saving(member, "a new address")["variables"]
    lose_connections(own_province_url, first=2, last=3)  # the change's own entry is stored; that of its answer is not
    lost = await caller.post(SAVE, asked)
    assert (lost.status_code, "retry-after" in lost.headers) == (500, False)
    assert lost.json()["errors"][0]["extensions"]["code"] == "OUTCOME_UNKNOWN"
    again = (await caller.ask(SAVE, asked))["updateMember"]
    assert again == {"member": {"homeAddress": "a new address", "version": member.version + 1}, "errors": []}
