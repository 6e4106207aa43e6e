"""Members in parts, one of them in a second real PostgreSQL: the server answers as it does over one table."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from domain.clock import system_clock
from domain.codes import OrganizationKind
from domain.paths import end_of_subtree
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from storage import embedded
from storage.embedded import EmbeddedServer
from storage.engine import connect, libpq_url
from storage.member_changing import change_member
from storage.partitioning import AlreadyPartitionedError, UnfitServerError, partition_members, parts_between
from tests.asking import AUDIT_KEY, Api
from tests.conftest import MEMBERS
from tests.new_people import new_member
from tests.oracle import Register

FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
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
WHO = "query ($id: ID!) { node(id: $id) { ... on Member { version phone branch { id } } } }"
SAVE = """mutation ($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { version phone } errors { code } } }"""
SUBMIT = """mutation ($input: SubmitAdmissionInput!) {
  submitAdmission(input: $input) { errors { code path } } }"""
TOLD = "SELECT type::text, org_path, former_path, columns FROM change_outbox WHERE object_id = %s ORDER BY id"
COUNTED = "SELECT change, org_path FROM member_deltas ORDER BY id DESC LIMIT 2"


@dataclass(frozen=True)
class Parted:
    """A register in parts, and the same in one table. Members of `away` lie in the second server."""

    api: Api
    whole: Api
    url: str
    second: str
    province: OrganizationRecord
    away: OrganizationRecord
    register: Register

    def members_of(self, *, away: bool) -> Iterator[MemberRecord]:
        return (each for each in self.register.members if each.org_path.startswith(self.away.path) == away)

    def branch(self, *, away: bool) -> OrganizationRecord:
        branches = self.register.of_kind(OrganizationKind.BRANCH)
        return next(each for each in branches if each.path.startswith(self.away.path) == away)


@pytest.fixture(scope="module")
def second(run_folder: Path, worker_id: str) -> Iterator[EmbeddedServer]:
    server = embedded.start(run_folder / f"second-{worker_id}", settings=FAST)
    yield server
    server.stop()


@pytest.fixture(scope="module")
async def parted(
    clone: Callable[[str], str], province_template: str, second: EmbeddedServer, register: Register, api: Api
) -> AsyncIterator[Parted]:
    url = clone(province_template)
    away = max(register.of_kind(OrganizationKind.CITY), key=lambda city: len(register.members_in(city)))
    partition_members(url, OrganizationKind.CITY, {away.path: second.url})
    async with connect(url, connections=8, audit_key=AUDIT_KEY) as database:
        own = Api(database, clock=api.clock)
        province = register.first_of_kind(OrganizationKind.PROVINCE)
        yield Parted(own, api, url, second.url, province, away, register)
        await own.http.aclose()


def rows(url: str, statement: str, values: tuple[object, ...] = ()) -> list[Any]:
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        return connection.execute(statement.encode(), values or None).fetchall()


def test_the_members_of_the_part_lie_in_the_second_server_alone(parted: Parted) -> None:
    there = len(parted.register.members_in(parted.away))
    assert rows(parted.second, "SELECT count(*) FROM members") == [(there,)]
    here = "SELECT sum(reltuples)::integer FROM pg_class WHERE relname LIKE 'members_part_%' AND relkind = 'r'"
    assert rows(parted.url, here) == [(MEMBERS - there,)]
    assert there > 0


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("where", ["province", "away"])
async def test_answers_are_those_of_one_table(parted: Parted, question: str, where: str) -> None:
    place = parted.province if where == "province" else parted.away
    assert await parted.api.as_(place).ask(question) == await parted.whole.as_(place).ask(question)


async def test_paging_goes_through_all_parts_and_meets_everybody_once(parted: Parted) -> None:
    found: list[str] = []
    after, has_next = None, True
    while has_next:
        page = (await parted.api.as_(parted.province).ask(PAGE, {"after": after}))["members"]
        found += [node["id"] for node in page["nodes"]]
        after, has_next = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    everybody = sorted(parted.register.members, key=lambda each: (each.org_path, each.id))
    assert found == [encoded("Member", each.id) for each in everybody]


@pytest.mark.parametrize("away", [False, True])
async def test_a_member_is_changed_wherever_they_lie(parted: Parted, away: bool) -> None:
    member = next(parted.members_of(away=away))
    given = {"id": encoded("Member", member.id), "version": member.version, "phone": "13912345678"}
    caller = parted.api.as_(parted.province)

    saved = (await caller.ask(SAVE, {"input": given}))["updateMember"]

    assert saved == {"member": {"version": member.version + 1, "phone": "13912345678"}, "errors": []}
    assert (await caller.ask(WHO, {"id": given["id"]}))["node"]["phone"] == "13912345678"
    assert rows(parted.url, TOLD, (member.id,)) == [("MEMBER_CHANGED", member.org_path, None, ["phone"])]


@pytest.mark.parametrize(("away", "to_away"), [(False, True), (True, False), (False, False)])
async def test_a_member_who_moves_into_another_part_is_one_change(parted: Parted, away: bool, to_away: bool) -> None:
    member = list(parted.members_of(away=away))[-1 - to_away]
    cities = {each.path for each in parted.register.of_kind(OrganizationKind.CITY)} - {parted.away.path}
    city = parted.away.path if to_away else max(path for path in cities if not member.org_path.startswith(path))
    branch = next(o for o in parted.register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(city))

    async with parted.api.database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, parted.api.clock())

    found = rows(parted.url, "SELECT org_path, version, name FROM members WHERE id = %s", (member.id,))
    assert found == [(branch.path, member.version + 1, member.name)]
    assert rows(parted.second, "SELECT count(*) FROM members WHERE id = %s", (member.id,)) == [(int(to_away),)]
    changed = ("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])
    assert rows(parted.url, TOLD, (member.id,))[-1] == changed
    assert rows(parted.url, COUNTED) == [(1, branch.path), (-1, member.org_path)]
    assert rows(parted.url, "SELECT count(*) FROM member_moves") == [(0,)]


async def test_an_identity_number_is_taken_whatever_part_it_lies_in(parted: Parted) -> None:
    known = next(each for each in parted.members_of(away=True) if len(each.identity_number) == 18)
    person = new_member(parted.branch(away=False), identityNumber=known.identity_number)

    answer = await parted.api.as_(parted.province).ask(SUBMIT, {"input": {"member": person, "reason": "补录"}})

    codes = [(error["code"], error["path"]) for error in answer["submitAdmission"]["errors"]]
    assert ("ALREADY_REGISTERED", ["member", "identityNumber"]) in codes


def test_the_second_server_refuses_members_of_other_parts(parted: Parted) -> None:
    elsewhere = next(parted.members_of(away=False)).org_path
    with pytest.raises(psycopg.errors.CheckViolation):
        rows(parted.second, "UPDATE members SET org_path = %s RETURNING 1", (elsewhere,))


def test_parts_are_made_once(parted: Parted) -> None:
    with pytest.raises(AlreadyPartitionedError):
        partition_members(parted.url, OrganizationKind.CITY, {})


def test_a_server_that_has_members_holds_no_part(parted: Parted, own_province_url: str) -> None:
    with pytest.raises(UnfitServerError):
        partition_members(own_province_url, OrganizationKind.CITY, {parted.away.path: parted.second})
    assert rows(own_province_url, "SELECT count(*) FROM members") == [(MEMBERS,)]


def test_parts_hold_every_path_once() -> None:
    parts = parts_between(["1/2/", "1/3/", "1/4/7/", "1/4/8/"], {"1/4/": "second"})
    bounds = [(part.begin, part.end) for part in parts]
    assert bounds == [(None, "1/2/"), ("1/2/", "1/3/"), ("1/3/", "1/4/"), ("1/4/", "1/40"), ("1/40", None)]
    assert [part.server for part in parts] == [None, None, None, "second", None]
    assert end_of_subtree("1/4/") == "1/40"


def test_no_part_elsewhere_lies_within_another() -> None:
    with pytest.raises(ValueError, match="within another"):
        parts_between([], {"1/4/": "second", "1/4/7/": "third"})


async def test_where_all_parts_lie_here_a_move_is_one_change_too(own_province_url: str, register: Register) -> None:
    partition_members(own_province_url, OrganizationKind.CITY, {})
    member = register.members[0]
    cities = [each for each in register.of_kind(OrganizationKind.CITY) if not member.org_path.startswith(each.path)]
    branches = register.of_kind(OrganizationKind.BRANCH)
    branch = next(each for each in branches if each.path.startswith(cities[-1].path))

    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database, database.writing() as session:
        await change_member(session, member.id, {"branch_id": branch.id, "org_path": branch.path}, system_clock())

    changed = [("MEMBER_CHANGED", branch.path, member.org_path, ["branch_id"])]
    assert rows(own_province_url, TOLD, (member.id,)) == changed
    assert rows(own_province_url, COUNTED) == [(1, branch.path), (-1, member.org_path)]
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        rows(own_province_url, "UPDATE members SET branch_id = 0 WHERE id = %s RETURNING 1", (member.id,))
