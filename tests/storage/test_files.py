"""文件: to whom staged files are given, and who knows of them."""

from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest
from sqlalchemy import select

from domain.codes import FilePurpose, RequestKind
from domain.files import FileRecord
from storage.approvals import add_request
from storage.attachments import attachments_of_members
from storage.engine import Database, connect
from storage.files import (
    REMOVE_CONTENT,
    add_file,
    files_of_requests,
    give_to_member,
    give_to_request,
    move_request_files,
    remove_files,
    staged_file,
    staged_files,
)
from storage.models import File
from storage.statements import Statement
from tests.asking import AUDIT_KEY
from tests.oracle import Register

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@pytest.fixture
async def own_province(own_province_url: str) -> Any:
    database = connect(own_province_url, connections=4, audit_key=AUDIT_KEY)
    yield database
    await database.close()


async def add(database: Database, subject: str, purpose: FilePurpose = FilePurpose.ATTACHMENT) -> FileRecord:
    values = {"purpose": purpose.value, "name": "a.pdf", "content_type": "application/pdf", "size": 1}
    values |= {"object_key": token_hex(8), "uploaded_by": subject, "uploaded_at": NOW}
    async with database.writing() as session:
        return await add_file(session, values)


async def claimable(database: Database, subject: str, *files: FileRecord) -> list[FileRecord]:
    async with database.writing() as session:
        return await staged_files(session, subject, [file.id for file in files])


async def ask(database: Database, member: Any) -> int:
    values = {"kind": RequestKind.DEATH.value, "member_id": member.id, "branch_id": member.branch_id}
    values |= {"org_path": member.org_path, "reason": "-", "requested_by": "one", "requested_at": NOW}
    values |= {"member_name": member.name, "changes": None}
    values |= {"requester_organization_id": member.branch_id, "requester_path": member.org_path}
    async with database.writing() as session:
        return (await add_request(session, values)).id


async def test_a_staged_file_is_its_uploaders_alone_and_until_it_is_given(
    own_province: Database, register: Register
) -> None:
    first, photo, of_another = (
        await add(own_province, "one"),
        await add(own_province, "one", FilePurpose.PHOTO),
        await add(own_province, "two"),
    )
    assert await claimable(own_province, "one", first, photo, of_another) == [first, photo]
    assert await staged_file(own_province, "one", first.id) == first
    assert await staged_file(own_province, "two", first.id) is None
    async with own_province.writing() as session:
        await give_to_member(session, [first.id], register.members[0].id)
    assert await claimable(own_province, "one", first, photo) == [photo]
    assert await staged_file(own_province, "one", first.id) is None


async def test_the_files_of_a_request_become_the_members(own_province: Database, register: Register) -> None:
    member = register.members[0]
    request_id = await ask(own_province, member)
    first, second = await add(own_province, "one"), await add(own_province, "one")
    async with own_province.writing() as session:
        await give_to_request(session, [first.id, second.id], request_id)
    given = [file._replace(request_id=request_id) for file in (first, second)]
    assert await files_of_requests(own_province, member.org_path, [request_id]) == {request_id: given}
    assert await files_of_requests(own_province, "9/", [request_id]) == {}
    before = await attachments_of_members(own_province, member.org_path, [member.id])
    async with own_province.writing() as session:
        await move_request_files(session, request_id, member.id)
    attached = await attachments_of_members(own_province, member.org_path, [member.id])
    assert [each.id for each in attached[member.id]][len(before.get(member.id, ())) :] == [first.id, second.id]
    assert [each.id for each in (await files_of_requests(own_province, "1/", [request_id]))[request_id]] == [
        first.id,
        second.id,
    ]


async def test_a_removed_file_is_nobodys_and_a_job_takes_its_content(own_province: Database) -> None:
    file = await add(own_province, "one")
    async with own_province.writing() as session:
        await remove_files(session, [file.id], NOW + timedelta(hours=1))
    assert await claimable(own_province, "one", file) == []
    rows = await own_province.rows(select(File.name, File.member_id, File.removed_at).where(File.id == file.id))
    assert rows == [("", None, NOW + timedelta(hours=1))]
    jobs = await own_province.rows(Statement("SELECT task_name, args FROM procrastinate_jobs", {}))
    assert jobs == [(REMOVE_CONTENT, {"file_id": file.id})]


async def test_a_file_is_given_once_however_many_want_it(own_province: Database, register: Register) -> None:
    """The second waits for the first, and then finds it given."""
    file, member = await add(own_province, "one"), register.members[0]
    async with own_province.writing() as first:
        assert await staged_files(first, "one", [file.id]) == [file]
        await give_to_member(first, [file.id], member.id)
        async with own_province.writing() as second:
            await second.execute(Statement("SET LOCAL lock_timeout = '100ms'", {}))
            with pytest.raises(Exception, match="lock timeout"):
                await staged_files(second, "one", [file.id])
            await second.connection.rollback()
    assert await claimable(own_province, "one", file) == []
