"""党员的文件: photos and attachments are given to members and taken from them, by what administrators save."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.codes import AuditKind, OrganizationKind, Role
from domain.members import draft_of, problems_of
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded, number_of
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import Database, connect
from storage.models import File, Member
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of_kind
from tests.editing import Officer, change
from tests.file_contents import pdf, picture
from tests.oracle import Register
from tests.uploading import staged

SAVE = """mutation ($input: UpdateMemberInput!) { updateMember(input: $input) {
  member { version photo attachments { id name } } errors { code path } } }"""


@pytest.fixture(scope="module")
async def own_database(clone: Callable[[str], str], province_template: str) -> AsyncIterator[Database]:
    """A province that the tests of this file alone change, each with members of its own."""
    database = connect(clone(province_template), connections=8, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="module", params=[COMPILED, GRAPHQL_CORE])
async def own_api(own_database: Database, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    application = Api(own_database, executor=request.param)
    yield application
    await application.http.aclose()


@pytest.fixture(scope="module")
def sound(register: Register) -> Iterator[MemberRecord]:
    """Members whose records can be saved, each given to one test."""
    return (m for m in register.members if not problems_of(draft_of(m), register.day) and not m.transfer_in_progress)


@pytest.fixture
def member(sound: Iterator[MemberRecord]) -> MemberRecord:
    return next(sound)


def county_of(register: Register, member: MemberRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if member.org_path.startswith(o.path))


@pytest.fixture
def county(register: Register, member: MemberRecord) -> OrganizationRecord:
    return county_of(register, member)


@pytest.fixture
def administrator(own_api: Api, county: OrganizationRecord) -> Caller:
    return own_api.as_(county)


async def save(caller: Caller, member: MemberRecord, version: int = 1, **changes: Any) -> dict[str, Any]:
    given = {"id": encoded("Member", member.id), "version": version, **changes}
    payload: dict[str, Any] = (await caller.ask(SAVE, {"input": given}))["updateMember"]
    return payload


def codes(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def removed(database: Database, file_id: str) -> bool:
    row = await database.row(select(File.removed_at).where(File.id == number_of("File", file_id)))
    assert row is not None
    return row[0] is not None


async def photo_key(database: Database, member: MemberRecord) -> str | None:
    row = await database.row(select(Member.photo).where(Member.id == member.id))
    assert row is not None
    key: str | None = row[0]
    return key


async def test_a_photo_is_given_exchanged_and_removed(administrator: Caller, member: MemberRecord) -> None:
    database = administrator.api.database
    first, second = [await staged(administrator, picture("PNG"), "a.png", "PHOTO") for _ in range(2)]
    payload = await save(administrator, member, photoId=first["id"])
    assert (payload["errors"], payload["member"]["version"]) == ([], 2)
    row = await database.row(select(File.object_key, File.member_id).where(File.id == number_of("File", first["id"])))
    assert row == (await photo_key(database, member), member.id)
    await save(administrator, member, 2, photoId=second["id"])
    assert [await removed(database, each["id"]) for each in (first, second)] == [True, False]
    payload = await save(administrator, member, 3, photoId=None)
    assert (payload["member"]["photo"], payload["member"]["version"]) == (None, 4)
    assert await photo_key(database, member) is None
    assert await removed(database, second["id"])
    assert (await save(administrator, member, 4, photoId=None))["member"]["version"] == 4


async def test_attachments_are_added_and_removed_and_that_is_recorded(
    administrator: Caller, member: MemberRecord
) -> None:
    first, second = [await staged(administrator, pdf(), name) for name in ("1.pdf", "2.pdf")]
    payload = await save(administrator, member, addAttachmentIds=[first["id"], second["id"], first["id"]])
    assert (payload["errors"], payload["member"]["version"]) == ([], 2)
    assert payload["member"]["attachments"][-2:] == [
        {"id": each["id"], "name": each["name"]} for each in (first, second)
    ]
    payload = await save(administrator, member, 2, removeAttachmentIds=[first["id"]], addAttachmentIds=None)
    assert payload["member"]["attachments"][-1]["id"] == second["id"]
    assert await removed(administrator.api.database, first["id"])
    added, taken = (await entries_of_kind(administrator.api.database, AuditKind.CHANGE))[-2:]
    numbers = [number_of("File", each["id"]) for each in (first, second)]
    assert (added.operation, added.target) == ("updateMember", f"Member:{member.id}")
    assert added.details["attachments"] == {"added": numbers, "removed": []}
    assert taken.details["attachments"] == {"added": [], "removed": numbers[:1]}


async def test_files_that_are_not_to_be_had_are_named_and_nothing_is_saved(
    own_api: Api, administrator: Caller, member: MemberRecord, county: OrganizationRecord
) -> None:
    own = await staged(administrator, pdf(), "a.pdf")
    other = Caller(own_api, own_api.authority.issue("other", Role.ADMINISTRATOR, county, timedelta(hours=1)))
    of_another = await staged(other, pdf(), "a.pdf")
    payload = await save(
        administrator,
        member,
        photoId=own["id"],
        addAttachmentIds=[own["id"], of_another["id"], encoded("File", 10**9)],
        removeAttachmentIds=[own["id"]],
        homeAddress="山东省济南市历下区某路 1 号",
    )
    assert codes(payload) == [
        ("FILE_NOT_FOUND", ["photoId"]),
        ("FILE_NOT_FOUND", ["addAttachmentIds", "1"]),
        ("FILE_NOT_FOUND", ["addAttachmentIds", "2"]),
        ("FILE_NOT_FOUND", ["removeAttachmentIds", "0"]),
    ]
    assert payload["member"]["version"] == 1
    assert (await save(administrator, member, addAttachmentIds=[own["id"]]))["errors"] == []
    assert codes(await save(administrator, member, 2, addAttachmentIds=[own["id"]])) == [
        ("FILE_NOT_FOUND", ["addAttachmentIds", "0"])
    ]


async def test_many_are_given_files_at_once(administrator: Caller, member: MemberRecord) -> None:
    file = await staged(administrator, pdf(), "a.pdf")
    query = """mutation ($input: UpdateMembersInput!) { updateMembers(input: $input) {
      results { errors { code path } } } }"""
    given = {"id": encoded("Member", member.id), "addAttachmentIds": [file["id"]]}
    changes = {"members": [{**given, "version": 1}, {**given, "version": 2}]}
    results = (await administrator.ask(query, {"input": changes}))["updateMembers"]["results"]
    assert [codes(each) for each in results] == [[], [("FILE_NOT_FOUND", ["addAttachmentIds", "0"])]]


@pytest.mark.parametrize("part", ["photoId", "addAttachmentIds", "removeAttachmentIds"])
async def test_an_id_of_something_else_is_no_file(administrator: Caller, member: MemberRecord, part: str) -> None:
    value = encoded("Member", member.id)
    given = {"id": value, "version": 1, part: value if part == "photoId" else [value]}
    error = await administrator.refused(SAVE, {"input": given})
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": [f"input.{part}"]}


@pytest.mark.parametrize(("field", "part"), [("photo", "photoId"), ("attachments", "addAttachmentIds")])
async def test_the_matrix_says_who_may_change_files(
    own_province_url: str, register: Register, member: MemberRecord, field: str, part: str
) -> None:
    async with connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        top = register.first_of_kind(OrganizationKind.PROVINCE)
        await Officer(api.as_(top, Role.SECURITY_OFFICER)).edits(change(f"Member.{field}", write=False))
        given = {"id": encoded("Member", member.id), "version": 1, part: None}
        error = await api.as_(county_of(register, member)).refused(SAVE, {"input": given})
        assert error["extensions"] == {"code": "FIELD_READ_ONLY", "fields": [f"Member.{field}"]}


async def test_a_refused_change_defers_no_job(administrator: Caller, member: MemberRecord) -> None:
    file = await staged(administrator, pdf(), "a.pdf")
    await save(administrator, member, addAttachmentIds=[file["id"]])
    jobs = Statement("SELECT count(*) FROM procrastinate_jobs", {})
    before = await administrator.api.database.number(jobs)
    stale = await save(administrator, member, 1, removeAttachmentIds=[file["id"]])
    assert (codes(stale), await removed(administrator.api.database, file["id"])) == ([("CONFLICT", ["version"])], False)
    assert await administrator.api.database.number(jobs) == before
    await save(administrator, member, 2, removeAttachmentIds=[file["id"]])
    assert await administrator.api.database.number(jobs) == before + 1
