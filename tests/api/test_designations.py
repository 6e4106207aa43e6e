"""实名备案审批权限: security officers say which counties decide on real-name filing."""

from collections.abc import AsyncIterator
from secrets import token_hex
from typing import Any

import pytest

from domain.codes import AuditKind, OrganizationKind, Role
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.oracle import Register

DESIGNATE = """mutation ($input: DesignateForFilingInput!) { designateForFiling(input: $input) {
  organization { id canFileRealNames } errors { code path } } }"""


@pytest.fixture
async def own_api(own_province_url: str) -> AsyncIterator[Api]:
    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database:
        own = Api(database)
        yield own
        await own.http.aclose()


def given(organization: OrganizationRecord, *, files: bool) -> dict[str, Any]:
    return {"input": {"organizationId": encoded("Organization", organization.id), "canFileRealNames": files}}


async def test_a_county_is_designated_and_no_more_and_each_leaves_one_entry(
    own_api: Api, county: OrganizationRecord
) -> None:
    officer = own_api.as_(county, Role.SECURITY_OFFICER)
    for files, entries in ((True, 0), (False, 1), (False, 0), (True, 1)):
        request_id = f"designated-{token_hex(8)}"
        answer = (await officer.post(DESIGNATE, given(county, files=files), **{"X-Request-ID": request_id})).json()
        organization = {"id": encoded("Organization", county.id), "canFileRealNames": files}
        assert answer["data"]["designateForFiling"] == {"organization": organization, "errors": []}
        told = list(await entries_of(own_api.database, request_id))
        assert [(entry.kind, entry.operation, entry.target) for entry in told] == [
            (AuditKind.PERMISSION, "designateForFiling", f"Organization:{county.id}")
        ] * entries
        expected = {"before": {"canFileRealNames": not files}, "after": {"canFileRealNames": files}}
        assert [entry.details for entry in told] == [expected] * entries


async def test_a_branch_is_not_designated(own_api: Api, county: OrganizationRecord, register: Register) -> None:
    branch = next(o for o in register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(county.path))
    payload = await own_api.as_(county, Role.SECURITY_OFFICER).ask(DESIGNATE, given(branch, files=True))
    assert payload["designateForFiling"]["errors"] == [{"code": "KIND_UNFIT", "path": ["organizationId"]}]
    assert payload["designateForFiling"]["organization"]["canFileRealNames"] is False


async def test_what_is_out_of_the_scope_does_not_exist(
    own_api: Api, county: OrganizationRecord, register: Register
) -> None:
    other = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o.id != county.id)
    officer: Caller = own_api.as_(county, Role.SECURITY_OFFICER)
    error = await officer.refused(DESIGNATE, given(other, files=False))
    assert (error["extensions"]["code"], error["path"]) == ("NOT_FOUND", ["designateForFiling"])


async def test_administrators_do_not_designate(own_api: Api, county: OrganizationRecord) -> None:
    error = await own_api.as_(county).refused(DESIGNATE, given(county, files=False))
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
