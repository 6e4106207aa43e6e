"""导出的权限: each column for every role, and what has been taken away by the time a file is downloaded."""

from typing import Any

import pytest

from auth.actor import Role
from auth.permissions import has_mask
from auth.visibility import Visibility
from domain.records import OrganizationRecord
from schema.identifiers import number_of
from server.app import DEFAULT_PERMISSIONS
from tests.asking import Api, Caller
from tests.exported import (
    MEMBERS,
    READ,
    column_in_matrix,
    downloaded,
    exporting_of,
    fetched,
    field_of,
    started,
    wanted,
)
from tests.exporting import ALL, FORMATS, TIERS, Places, answers, refused, somebody, with_matrix, written


@pytest.mark.parametrize("column", ALL)
async def test_a_column_that_may_not_be_read_is_refused_by_name(
    small: Api, county: OrganizationRecord, column: str
) -> None:
    hiding = with_matrix(small, Visibility.HIDDEN, column_in_matrix("Member", column))
    error = await somebody(hiding, county).refused(
        MEMBERS, {"input": {"format": "CSV", "columns": [column, "VERSION"]}}
    )
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
    assert error["extensions"]["fields"] == [f"Member.{field_of(column).partition(' ')[0]}"]


@pytest.mark.parametrize("column", [c for c in ALL if has_mask(column_in_matrix("Member", c))])
@pytest.mark.parametrize("written_as", FORMATS)
async def test_a_column_that_is_masked_is_exported_masked(
    small: Api, county: OrganizationRecord, column: str, written_as: str
) -> None:
    masking = with_matrix(small, Visibility.MASKED, column_in_matrix("Member", column))
    caller = somebody(masking, county)
    nodes = await answers(caller, [column])
    file = await downloaded(caller, await started(caller, format=written_as, columns=[column]))
    assert file.rows == [[node[field_of(column)]] for node in nodes]
    assert any("*" in row[0] for row in file.rows if row[0])


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("role", Role)
async def test_each_column_alone_for_every_role_and_tier(small: Api, places: Places, role: Role, tier: str) -> None:
    """Whoever may not list members exports none; the others export what their list shows."""
    caller = somebody(small, places[tier], role=role)
    shown = DEFAULT_PERMISSIONS.permissions_of(role, TIERS[tier])
    for column in ALL:
        given: dict[str, Any] = {"format": "CSV", "columns": [column]}
        if role is Role.ADMINISTRATOR:
            file = await downloaded(caller, await started(caller, **given))
            nodes = await answers(caller, [column])
            assert file.rows == [wanted("Member", [column], node, "en", as_text=True) for node in nodes], column
        else:
            assert shown.hides("Mutation.export_members")
            error = await caller.refused(MEMBERS, {"input": given})
            assert error["extensions"]["code"] == "FIELD_HIDDEN"
            assert "Mutation.exportMembers" in error["extensions"]["fields"]


@pytest.mark.parametrize("api", ["small", "large"])
async def test_what_has_been_hidden_or_masked_meanwhile_is_not_given(
    small: Api, large: Api, county: OrganizationRecord, api: str
) -> None:
    """The file of a job shows what was visible then, and is not given any more; a small one is written anew."""
    before = {"small": small, "large": large}[api]
    caller = somebody(before, county)
    where = {"gender": {"exact": "MALE"}}
    export = await written(caller, format="CSV", columns=["NAME", "PHONE"], where=where)

    async def now(read: Visibility, field: str) -> Any:
        return await fetched(Caller(with_matrix(before, read, field), caller.token), export["url"])

    assert refused(await now(Visibility.HIDDEN, "Member.phone")) == (403, "FIELD_HIDDEN", ["Member.phone"])
    assert refused(await now(Visibility.HIDDEN, "Member.gender")) == (403, "FIELD_HIDDEN", ["Member.gender"])
    assert refused(await now(Visibility.HIDDEN, "Query.members")) == (403, "FIELD_HIDDEN", ["Query.members"])
    masked = await now(Visibility.MASKED, "Member.phone")
    if api == "large":
        assert refused(masked) == (403, "FIELD_MASKED", ["Member.phone"])
    else:
        assert masked.status_code == 200
        assert b"****" in masked.content
    assert (await fetched(caller, export["url"])).status_code == 200


async def test_a_job_writes_by_the_permissions_of_when_it_runs(large: Api, county: OrganizationRecord) -> None:
    caller = somebody(large, county)
    first, second = [await started(caller, format="CSV", columns=["NAME", "PHONE"]) for _ in range(2)]
    hiding = with_matrix(large, Visibility.HIDDEN, "Member.phone")
    await exporting_of(hiding).run(number_of("Export", first["id"]))
    failed = (await caller.ask(READ, {"id": first["id"]}))["export"]
    assert (failed["state"], failed["failure"], failed["url"]) == ("FAILED", "NOT_ALLOWED", None)
    masking = with_matrix(large, Visibility.MASKED, "Member.phone")
    await exporting_of(masking).run(number_of("Export", second["id"]))
    found = (await caller.ask(READ, {"id": second["id"]}))["export"]
    assert all("*" in row[1] for row in (await downloaded(caller, found)).rows if row[1])
