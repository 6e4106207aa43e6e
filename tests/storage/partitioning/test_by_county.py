"""`dengta partition --by county`, with a city and another city's county in databases of a second server."""

import json
from asyncio import to_thread
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from server.cli import app
from storage.engine import connect
from storage.member_changing import change_member
from tests.asking import AUDIT_KEY, Api
from tests.oracle import Register
from tests.parted import MEMBERS_OF, TOLD, place_of_away, rows
from tests.storage.partitioning.test_answering import QUESTIONS

OTHERS = "kind = 'COUNTY' AND NOT starts_with(path, '{}') AND NOT starts_with(path, '{}')"


@dataclass(frozen=True)
class ByCounty:
    """`parts` as the command has told them; `there`: what lies elsewhere, and in which database."""

    url: str
    parts: list[dict[str, Any]]
    there: dict[OrganizationRecord, str]
    before: dict[OrganizationRecord, Any]
    after: dict[OrganizationRecord, Any]


@pytest.fixture(scope="module")
async def made(
    clone: Callable[[str], str], province_template: str, register: Register, api: Api, empty_second: Callable[[], str]
) -> ByCounty:
    """The counties of other cities are none any more, or there would be a hundred parts."""
    url, city = clone(province_template), place_of_away(register)
    county = largest_county(register, beside=city)
    there = {city: empty_second(), county: empty_second()}
    rows(
        url, f"UPDATE organizations SET kind = 'CITY' WHERE {OTHERS.format(city.path, city_of(register, county).path)}"
    )
    before = await answers(url, api, register, *there)
    elsewhere = [f"--elsewhere={each.division_code}={place}" for each, place in there.items()]
    runner = CliRunner(env={"DATABASE_URL": url})
    done = await to_thread(runner.invoke, app, ["partition", "--by=county", "--json", *elsewhere])
    assert done.exit_code == 0, done.stderr
    return ByCounty(url, json.loads(done.stdout)["parts"], there, before, await answers(url, api, register, *there))


async def answers(url: str, api: Api, register: Register, *places: OrganizationRecord) -> dict[OrganizationRecord, Any]:
    async with connect(url, connections=4, audit_key=AUDIT_KEY) as database:
        asked = Api(database, clock=api.clock)
        top = register.first_of_kind(OrganizationKind.PROVINCE)
        found = {place: await asked.as_(place).ask(QUESTIONS[0]) for place in (top, *places)}
        await asked.http.aclose()
        return found


def test_counties_are_parts_but_for_those_of_a_city_elsewhere(made: ByCounty, register: Register) -> None:
    city, county = made.there
    counties = [each.path for each in register.of_kind(OrganizationKind.COUNTY)]
    begins = {part["begin"] for part in made.parts}
    assert begins >= {path for path in counties if path.startswith(city_of(register, county).path)}
    assert not begins & {path for path in counties if path.startswith(city.path)}
    assert [part["begin"] for part in made.parts if part["elsewhere"]] == sorted(each.path for each in made.there)
    for place, url in made.there.items():
        assert rows(url, "SELECT count(*) FROM members") == [(len(register.members_in(place)),)]


def test_answers_are_those_of_one_table(made: ByCounty) -> None:
    assert made.after == made.before


async def test_a_member_goes_from_one_part_elsewhere_into_another(made: ByCounty, register: Register, api: Api) -> None:
    first, other = made.there
    member = register.members_in(first)[0]
    branch = next(each for each in register.of_kind(OrganizationKind.BRANCH) if each.path.startswith(other.path))

    async with connect(made.url, connections=2, audit_key=AUDIT_KEY) as database, database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, api.clock())

    assert [rows(url, MEMBERS_OF, (member.id,)) for url in made.there.values()] == [[(0,)], [(1,)]]
    assert rows(made.url, TOLD, (member.id,)) == [("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])]


def largest_county(register: Register, *, beside: OrganizationRecord) -> OrganizationRecord:
    counties = [each for each in register.of_kind(OrganizationKind.COUNTY) if not each.path.startswith(beside.path)]
    return max(counties, key=lambda county: len(register.members_in(county)))


def city_of(register: Register, place: OrganizationRecord) -> OrganizationRecord:
    return next(each for each in register.of_kind(OrganizationKind.CITY) if place.path.startswith(each.path))
