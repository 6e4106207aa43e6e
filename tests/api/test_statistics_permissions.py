"""党员统计: what the matrix refuses, what is recorded, and how many statements it takes."""

from typing import Any

import pytest

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database
from tests.api.test_audited_reads import lookups
from tests.api.test_member_statistics import QUERY, asked
from tests.api.test_statement_counts import counted
from tests.asking import Api
from tests.oracle import Register


@pytest.mark.parametrize("by_variable", [True, False])
@pytest.mark.parametrize(
    ("field", "dimension"),
    [("ethnicity", "ETHNICITY"), ("ethnicity", "HAN_OR_MINORITY"), ("age", "AGE_BAND"), ("joined_on", "JOIN_PERIOD")],
)
async def test_nothing_is_counted_by_a_hidden_field(
    field: str, dimension: str, by_variable: bool, province: Database, branch: OrganizationRecord
) -> None:
    entry = {Place(Role.ADMINISTRATOR, Tier.OTHER_GRASSROOTS, f"Member.{field}"): Entry(Visibility.HIDDEN)}
    api = Api(province, PermissionMatrix(DEFAULT_PERMISSIONS.fields, entry))
    given: dict[str, Any] = {"id": encoded("Organization", branch.id), "dimension": "GENDER", "by": dimension}
    written = QUERY.replace("by: $by", f"by: {dimension}").replace("$by: StatisticsDimension, ", "")
    query = QUERY if by_variable else written
    await api.as_(branch).ask("{ __typename }")
    with counted(province) as statements:
        error = await api.as_(branch).refused(query, given if by_variable else {**given, "by": None})
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
    assert error["extensions"]["fields"] == [f"Member.{'joinedOn' if field == 'joined_on' else field}"]
    assert [statement for statement in statements if "members" in statement] == []
    await api.http.aclose()


async def test_a_filter_by_a_masked_field_is_refused_as_in_the_list(api: Api, branch: OrganizationRecord) -> None:
    given: dict[str, Any] = {
        "id": encoded("Organization", branch.id),
        "dimension": "GENDER",
        "where": {"phone": {"prefix": "13"}},
    }
    error = await api.as_(branch).refused(QUERY, given)
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("FIELD_MASKED", ["Member.phone"])


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR])
async def test_who_may_not_read_members_gets_no_statistics(role: Role, api: Api, county: OrganizationRecord) -> None:
    given = {"id": encoded("Organization", county.id), "dimension": "GENDER"}
    error = (await api.as_(county, role).post(QUERY, given)).json()["errors"][0]
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
    assert "Query.memberStatistics" in error["extensions"]["fields"]


async def test_the_number_of_statements_is_constant(
    either_api: Api, province: Database, register: Register, county: OrganizationRecord, branch: OrganizationRecord
) -> None:
    top = register.first_of_kind(OrganizationKind.PROVINCE)
    await asked(either_api, top, top, dimension="GENDER")
    numbers = []
    for at in (top, county, branch):
        with counted(province) as statements:
            await asked(either_api, top, at, dimension="AGE_BAND", by="ETHNICITY")
        numbers.append(len(statements))
        assert len([statement for statement in statements if "FROM members" in statement]) == 1
    assert max(numbers) <= 2 + 5, (
        "as for any operation, and its own: the place, the counts, organisations of whole and rows"
    )


async def test_it_is_recorded_with_its_filter_and_what_it_counted(
    either_api: Api, county: OrganizationRecord, register: Register
) -> None:
    given: dict[str, Any] = {"id": encoded("Organization", county.id), "dimension": "AGE_BAND", "by": "EDUCATION"}
    given["where"] = {"gender": {"exact": "FEMALE"}, "phone": {"exact": "13800001234"}}
    women = [m for m in register.members_in(county) if m.gender == "FEMALE" and m.phone == "13800001234"]
    [line] = await lookups(either_api.as_(county), QUERY, given)
    assert line.pop("filter")["and"] == [{"gender": {"exact": "FEMALE"}}, {"phone": {"exact": "138****1234"}}]
    assert line == {
        "field": "memberStatistics",
        "by": ["AGE_BAND", "EDUCATION"],
        "ids": [county.id],
        "counted": len(women),
    }
    [line] = await lookups(either_api.as_(county), QUERY, {**given, "where": None})
    assert line["counted"] == len(register.members_in(county))
