"""Organisations that are needed at the same moment are read together."""

import asyncio

import pytest

from domain.codes import OrganizationKind
from domain.records import Selection
from storage.engine import Database
from storage.organizations_above import OrganizationReads, organizations_at
from tests.api.test_statement_counts import counted
from tests.oracle import Register

NAME = Selection(frozenset({"name"}))
UPWARDS = Selection(frozenset({"name"}), Selection(frozenset({"kind"})))


async def test_what_is_asked_for_at_once_is_one_statement(province: Database, register: Register) -> None:
    branches = register.of_kind(OrganizationKind.BRANCH)[:20]
    with counted(province) as statements:
        found = await asyncio.gather(*(organizations_at(province, "1/", [each.path], NAME) for each in branches))
    assert [one[branch.path].name for one, branch in zip(found, branches, strict=True)] == [b.name for b in branches]
    assert len(statements) == 1


async def test_other_columns_are_another_statement(province: Database, register: Register) -> None:
    [city] = register.of_kind(OrganizationKind.CITY)[:1]
    with counted(province) as statements:
        await asyncio.gather(*(organizations_at(province, "1/", [city.path], each) for each in (NAME, UPWARDS)))
    assert len(statements) == 2


async def test_each_is_given_what_lies_within_their_scope(province: Database, register: Register) -> None:
    county = register.of_kind(OrganizationKind.COUNTY)[0]
    whole, own = await asyncio.gather(
        organizations_at(province, "1/", [county.path], UPWARDS),
        organizations_at(province, county.path, [county.path], UPWARDS),
    )
    city = whole[county.path].parent
    assert city is not None
    assert city.kind == "CITY"
    assert own[county.path].parent is None
    assert await organizations_at(province, county.path, ["1/"], NAME) == {}


async def test_a_failure_reaches_all_who_wait(province: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(_statement: object) -> None:
        raise ConnectionError("gone")

    monkeypatch.setattr(province, "rows", fail)
    reads = (organizations_at(province, "1/", ["1/"], NAME) for _ in range(3))
    outcomes = await asyncio.gather(*reads, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["gone"] * 3


async def test_who_gives_up_takes_nothing_from_the_others(province: Database) -> None:
    leaving, staying = (asyncio.create_task(organizations_at(province, "1/", ["1/"], NAME)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert list(await staying) == ["1/"]
    assert leaving.cancelled()


async def test_nothing_is_remembered(province: Database) -> None:
    reads = province.shared(OrganizationReads)
    with counted(province) as statements:
        await reads.rows(("path", "name"), {"1/"})
        await reads.rows(("path", "name"), {"1/"})
    assert len(statements) == 2
