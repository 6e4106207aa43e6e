"""清理文件: what belongs to nobody any more is gone, from the tables and from the store, and nothing else is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.codes import HistoryKind, OrganizationKind, RequestKind
from domain.members import draft_of, problems_of
from domain.records import MemberRecord, OrganizationRecord
from domain.synthetic.files import APPLICATION_KEY
from files.demonstration import put_demonstration_files
from files.store import FileStore, FileStoreUnavailableError
from schema.identifiers import encoded, number_of
from server.file_collecting import FileCollecting
from storage.approvals import add_request
from storage.engine import connect
from storage.files import give_to_request, remove_all_files
from storage.history_members import Departure, archive_member
from storage.models import File
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api, Caller
from tests.file_contents import pdf, picture
from tests.oracle import Register
from tests.uploading import staged

SAVE = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
PURGE = "mutation ($input: PurgeMemberInput!) { purgeMember(input: $input) { errors { code } } }"
RESTORE = "mutation ($input: RestoreMemberInput!) { restoreMember(input: $input) { errors { code } } }"


@dataclass
class World:
    """A server over a province of its own; `later` is how far its collector's clock is ahead."""

    api: Api
    county: OrganizationRecord
    members: list[MemberRecord]
    later: timedelta = timedelta()

    @property
    def caller(self) -> Caller:
        return self.api.as_(self.county)

    @property
    def collecting(self) -> FileCollecting:
        return FileCollecting(self.api.database, self.api.files, lambda: datetime.now(UTC) + self.later)

    async def keys(self) -> set[str]:
        return {each.key async for part in self.api.files.uploaded() for each in part}

    async def key_of(self, file: dict[str, Any]) -> str:
        row = await self.api.database.row(select(File.object_key).where(File.id == number_of("File", file["id"])))
        assert row is not None
        return str(row[0])

    async def rows(self) -> set[int]:
        found = await self.api.database.rows(select(File.id).where(File.uploaded_by.is_not(None)))
        return {row[0] for row in found}

    async def deferred(self) -> list[int]:
        jobs = "SELECT (args ->> 'file_id')::bigint FROM procrastinate_jobs ORDER BY id"
        return [row[0] for row in await self.api.database.rows(Statement(jobs, {}))]

    async def does_the_jobs(self) -> None:
        for file_id in await self.deferred():
            await self.collecting.remove_content(file_id)

    async def saves(self, member: MemberRecord, version: int, **changes: Any) -> None:
        given = {"id": encoded("Member", member.id), "version": version, **changes}
        answer = await self.caller.ask(SAVE, {"input": given})
        assert answer["updateMember"]["errors"] == []

    async def asks(self, member: MemberRecord) -> int:
        values = {"kind": RequestKind.OTHER_REMOVAL.value, "member_id": member.id, "branch_id": member.branch_id}
        values |= {"org_path": member.org_path, "reason": "-", "requested_by": "one"}
        values |= {"member_name": member.name, "changes": None}
        values |= {"requested_at": self.api.clock(), "requester_organization_id": member.branch_id}
        async with self.api.database.writing() as session:
            return (await add_request(session, {**values, "requester_path": member.org_path})).id

    async def archives(self, member: MemberRecord, request_id: int) -> None:
        async with self.api.database.writing() as session:
            await archive_member(session, member.id, Departure(HistoryKind.OTHER, self.api.clock(), "-", request_id))


@pytest.fixture
async def world(own_province_url: str, register: Register) -> AsyncIterator[World]:
    database = connect(own_province_url, connections=6, audit_key=AUDIT_KEY)
    county = next(o for o in register.of_kind(OrganizationKind.COUNTY) if len(register.members_in(o)) > 20)
    sound = [m for m in register.members_in(county) if not m.transfer_in_progress and m.photo and m.home_address]
    api = Api(database)
    await put_demonstration_files(api.files)
    yield World(api, county, sound)
    await api.http.aclose()
    await database.close()


@pytest.fixture
def member(world: World, register: Register) -> MemberRecord:
    return next(m for m in world.members if not problems_of(draft_of(m), register.day))


async def test_what_nobody_uses_goes_after_a_day_and_not_before(world: World, member: MemberRecord) -> None:
    unused, used = [await staged(world.caller, pdf(), "a.pdf") for _ in range(2)]
    await world.saves(member, 1, addAttachmentIds=[used["id"]])
    key, kept = await world.key_of(unused), await world.key_of(used)
    world.later = timedelta(hours=23)
    await world.collecting.collect()
    assert await world.keys() == {key, kept}
    world.later = timedelta(hours=25)
    await world.collecting.collect()
    await world.does_the_jobs()
    assert (await world.keys(), await world.rows()) == ({kept}, {number_of("File", used["id"])})


async def test_an_object_that_no_row_names_goes_after_a_day(world: World) -> None:
    """As an upload leaves it that was cut off between the store and the table."""
    key = await world.api.files.put(b"orphan")
    named = await staged(world.caller, pdf(), "a.pdf")
    await world.collecting.collect()
    assert key in await world.keys()
    world.later = timedelta(hours=24, minutes=1)
    async with world.api.database.writing() as session:  # claimed, as it were
        await give_to_request(session, [number_of("File", named["id"])], await world.asks(world.members[0]))
    await world.collecting.collect()
    assert await world.keys() == {await world.key_of(named)}
    assert await world.api.files.get(APPLICATION_KEY) is not None


async def test_a_removed_photo_takes_its_content_along(world: World, member: MemberRecord) -> None:
    first, second = [await staged(world.caller, picture("PNG"), "a.png", "PHOTO") for _ in range(2)]
    await world.saves(member, 1, photoId=first["id"])
    await world.saves(member, 2, photoId=second["id"])
    assert await world.deferred() == [number_of("File", first["id"])]
    await world.does_the_jobs()
    assert await world.keys() == {await world.key_of(second)}


async def test_a_job_may_be_run_again_and_a_lost_one_is_made_up_for(world: World, member: MemberRecord) -> None:
    file = await staged(world.caller, pdf(), "a.pdf")
    await world.saves(member, 1, addAttachmentIds=[file["id"]])
    number = number_of("File", file["id"])
    await world.collecting.remove_content(number)
    assert await world.rows() == {number}, "what is not removed stays"
    await world.saves(member, 2, removeAttachmentIds=[file["id"]])
    world.later = timedelta(hours=2)
    await world.collecting.collect()
    assert (await world.keys(), await world.rows()) == (set(), set())
    await world.collecting.remove_content(number)


async def test_a_store_that_is_lost_is_tried_again(world: World, member: MemberRecord) -> None:
    class Lost(FileStore):
        async def delete(self, key: str) -> None:
            raise FileStoreUnavailableError(key)

    file = await staged(world.caller, pdf(), "a.pdf")
    await world.saves(member, 1, addAttachmentIds=[file["id"]])
    await world.saves(member, 2, removeAttachmentIds=[file["id"]])
    number = number_of("File", file["id"])
    with pytest.raises(FileStoreUnavailableError):
        await FileCollecting(world.api.database, Lost.__new__(Lost), world.api.clock).remove_content(number)
    assert await world.rows() == {number}
    await world.does_the_jobs()
    assert (await world.keys(), await world.rows()) == (set(), set())


async def test_the_content_that_the_synthetic_province_shares_stays(world: World) -> None:
    database = world.api.database
    row = await database.row(select(File.id, File.member_id).where(File.object_key == APPLICATION_KEY).limit(1))
    assert row is not None
    async with database.writing() as session:
        await remove_all_files(session, row[1], [], world.api.clock())
    await world.does_the_jobs()
    assert await database.rows(select(File.id).where(File.id == row[0])) == []
    assert await world.api.files.get(APPLICATION_KEY) is not None


async def test_leaving_and_coming_back_keep_the_files(world: World, member: MemberRecord) -> None:
    photo = await staged(world.caller, picture("PNG"), "a.png", "PHOTO")
    file = await staged(world.caller, pdf(), "a.pdf")
    await world.saves(member, 1, photoId=photo["id"], addAttachmentIds=[file["id"]])
    await world.archives(member, await world.asks(member))
    given = {"id": encoded("HistoryMember", member.id), "reason": "-"}
    answer = await world.caller.ask(RESTORE, {"input": given})
    assert answer["restoreMember"]["errors"] == []
    world.later = timedelta(days=30)
    await world.collecting.collect()
    assert await world.keys() == {await world.key_of(photo), await world.key_of(file)}


async def test_whoever_is_purged_leaves_no_content(world: World, member: MemberRecord) -> None:
    photo = await staged(world.caller, picture("PNG"), "a.png", "PHOTO")
    own, of_request, of_another = [await staged(world.caller, pdf(), "a.pdf") for _ in range(3)]
    await world.saves(member, 1, photoId=photo["id"], addAttachmentIds=[own["id"]])
    other = next(m for m in world.members if m != member)
    request_id, other_request = await world.asks(member), await world.asks(other)
    async with world.api.database.writing() as session:
        await give_to_request(session, [number_of("File", of_request["id"])], request_id)
        await give_to_request(session, [number_of("File", of_another["id"])], other_request)
    await world.archives(member, request_id)
    given = {"id": encoded("HistoryMember", member.id), "reason": "-"}
    assert (await world.caller.ask(PURGE, {"input": given}))["purgeMember"]["errors"] == []
    names = await world.api.database.rows(select(File.name).where(File.removed_at.is_not(None)))
    assert set(names) == {("",)}
    await world.does_the_jobs()
    assert await world.keys() == {await world.key_of(of_another)}
    assert await world.rows() == {number_of("File", of_another["id"])}
