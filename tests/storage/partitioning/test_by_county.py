"""`dengta partition --by county`, with a city and another city's county in databases of a second server."""

import json
from asyncio import to_thread
from collections.abc import Callable
from pathlib import Path

from typer.testing import CliRunner

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from server.cli import app
from storage.engine import connect
from storage.member_changing import change_member
from storage.partitioning import partition_members
from tests.asking import AUDIT_KEY, Api
from tests.oracle import Register
from tests.parted import MEMBERS_OF, TOLD, place_of_away, rows
from tests.storage.partitioning.test_answering import QUESTIONS


async def test_counties_are_parts_but_for_those_of_a_city_elsewhere(
    own_province_url: str, register: Register, api: Api, empty_second: Callable[[], str], tmp_path: Path
) -> None:
    city, counties = place_of_away(register), register.of_kind(OrganizationKind.COUNTY)
    there = {city: empty_second(), largest_county(register, beside=city): empty_second()}
    elsewhere = [f"--elsewhere={each.division_code}={url}" for each, url in there.items()]

    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path)}
    made = await to_thread(CliRunner(env=environment).invoke, app, ["partition", "--by=county", "--json", *elsewhere])

    assert made.exit_code == 0, made.stderr
    parts = json.loads(made.stdout)["parts"]
    cuts = {each.path for each in counties if not each.path.startswith(city.path)} | {each.path for each in there}
    assert {part["begin"] for part in parts} >= cuts
    assert [part["begin"] for part in parts if part["elsewhere"]] == sorted(each.path for each in there)
    for place, url in there.items():
        assert rows(url, "SELECT count(*) FROM members") == [(len(register.members_in(place)),)]
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        parted = Api(database, clock=api.clock)
        for place in (register.first_of_kind(OrganizationKind.PROVINCE), *there):
            assert await parted.as_(place).ask(QUESTIONS[0]) == await api.as_(place).ask(QUESTIONS[0])
        await parted.http.aclose()


async def test_a_member_goes_from_one_part_elsewhere_into_another(
    own_province_url: str, register: Register, api: Api, empty_second: Callable[[], str]
) -> None:
    first = place_of_away(register)
    other = largest_county(register, beside=first)
    there = {first.path: empty_second(), other.path: empty_second()}
    partition_members(own_province_url, OrganizationKind.CITY, there)
    member = register.members_in(first)[0]
    branch = next(each for each in register.of_kind(OrganizationKind.BRANCH) if each.path.startswith(other.path))

    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database, database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, api.clock())

    assert [rows(url, MEMBERS_OF, (member.id,)) for url in there.values()] == [[(0,)], [(1,)]]
    assert rows(own_province_url, TOLD, (member.id,)) == [
        ("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])
    ]


def largest_county(register: Register, *, beside: OrganizationRecord) -> OrganizationRecord:
    counties = [each for each in register.of_kind(OrganizationKind.COUNTY) if not each.path.startswith(beside.path)]
    return max(counties, key=lambda county: len(register.members_in(county)))
