"""Members in parts, one of them in a second server, are answered for as those of one table are."""

from collections.abc import Mapping
from contextlib import aclosing

import pytest

from domain.exports import ExportBounds
from domain.records import MemberRecord
from schema.identifiers import encoded
from server.checking import Checking
from storage.snapshots import member_snapshot
from tests.api.test_checks import found, start, state_of
from tests.asking import Api
from tests.conftest import MEMBERS
from tests.exported import downloaded
from tests.exporting import LARGE, SMALL, somebody, written
from tests.parted import Parted, rows

QUESTIONS = (
    "{ members(first: 30) { totalCount pageInfo { endCursor } nodes { id name branch { name } } } }",
    "{ members(first: 30, orderBy: [{field: NAME, direction: DESC}]) { nodes { id name } } }",
    '{ members(where: {gender: {exact: FEMALE}, birthDate: {range: {from: "1960-01-01", to: "1985-12-31"}}},'
    " first: 20, orderBy: [{field: BIRTH_DATE}]) { totalCount nodes { id birthDate } } }",
    '{ members(where: {name: {fuzzy: "建"}}, first: 20) { totalCount nodes { id name } } }',
    '{ members(where: {or: [{phone: {prefix: "138"}}, {education: {missing: true}}]}, first: 20)'
    " { totalCount nodes { id } } }",
    "{ memberStatistics(dimension: EDUCATION) { total buckets { key count } rows { organization { name } total } } }",
    "{ memberStatistics(dimension: GENDER, by: CATEGORY) { total cells { key byKey count } } }",
)
PAGE = """query ($after: String) {
  members(first: 500, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } }"""
PLACES = ("province", "away")


def test_the_members_of_the_part_lie_in_the_second_server_alone(parted: Parted) -> None:
    there = len(parted.register.members_in(parted.away))
    assert rows(parted.second, "SELECT count(*) FROM members") == [(there,)]
    here = "SELECT sum(reltuples)::integer FROM pg_class WHERE relname LIKE 'members_part_%' AND relkind = 'r'"
    assert rows(parted.url, here) == [(MEMBERS - there,)]
    assert there > 0


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("where", PLACES)
async def test_answers_are_those_of_one_table(parted: Parted, api: Api, question: str, where: str) -> None:
    place = getattr(parted, where)
    assert await parted.api.as_(place).ask(question) == await api.as_(place).ask(question)


async def test_paging_goes_through_all_parts_and_meets_everybody_once(parted: Parted) -> None:
    met: list[str] = []
    after, has_next = None, True
    while has_next:
        page = (await parted.api.as_(parted.province).ask(PAGE, {"after": after}))["members"]
        met += [node["id"] for node in page["nodes"]]
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert met == [encoded("Member", each.id) for each in in_order(parted)]


@pytest.mark.parametrize("bounds", [SMALL, LARGE], ids=["direct", "by a job"])
@pytest.mark.parametrize("where", PLACES)
async def test_an_export_is_that_of_one_table(parted: Parted, api: Api, where: str, bounds: ExportBounds) -> None:
    opened = []
    for each in (parted.api, api):
        server = Api(each.database, clock=api.clock, exports=bounds)
        caller = somebody(server, getattr(parted, where))
        export = await written(caller, columns=["NAME", "IDENTITY_NUMBER", "BRANCH", "BIRTH_DATE"], format="CSV")
        opened.append(await downloaded(caller, export))
    assert opened[0] == opened[1]
    assert len(opened[0].rows) == len(parted.register.members_in(getattr(parted, where)))


async def test_a_snapshot_holds_everybody_once(parted: Parted) -> None:
    async with aclosing(member_snapshot(parted.api.database, parted.province.path)) as pages:
        ids = [row[0] for page in [each async for each in pages] for row in page.rows]
    assert len(ids) == MEMBERS
    assert set(ids) == {each.id for each in parted.register.members}


async def test_a_check_finds_in_every_part_what_is_wrong_there(
    own_parted: Parted, breaches: Mapping[str, set[int]]
) -> None:
    parted, caller = own_parted, own_parted.api.as_(own_parted.province)
    check = await start(caller, parted.province)
    await Checking(parted.api.database, parted.api.clock, 300).run(int(rows(parted.url, LAST_CHECK)[0][0]))

    assert await state_of(caller, check) == "DONE"
    assert await found(parted.api.database) == breaches
    assert rows(parted.second, "SELECT count(*) FROM validation_results") == [(0,)]


LAST_CHECK = "SELECT max(id) FROM checks"


def in_order(parted: Parted) -> list[MemberRecord]:
    return sorted(parted.register.members, key=lambda each: (each.org_path, each.id))
