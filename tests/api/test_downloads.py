"""下载: `GET /files/{id}`: what is given to whom, how it is given, and that it is recorded."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from secrets import token_hex
from typing import Any

import httpx
import pytest
from graphql import get_named_type
from sqlalchemy import insert, select

from auth.actor import Tier, tier_of
from auth.default_matrix import DEFAULT_MATRIX, FieldClass
from auth.permissions import Entry, PermissionMatrix
from auth.permissions import Place as MatrixPlace
from domain.codes import AuditKind, HistoryKind, OrganizationKind, RequestKind, Role, Visibility
from domain.members import draft_of, problems_of
from domain.records import MemberRecord, OrganizationRecord
from domain.synthetic.files import APPLICATION, APPLICATION_KEY
from files.demonstration import put_demonstration_files
from files.store import FileStore, FileStoreUnavailableError
from schema.build import graphql_schema
from schema.identifiers import encoded, number_of
from server.app import DEFAULT_PERMISSIONS, SCHEMA
from storage.approvals import add_request
from storage.engine import Database, connect
from storage.files import give_to_request
from storage.history_members import Departure, archive_member
from storage.models import File
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.file_contents import pdf, picture
from tests.oracle import Register
from tests.uploading import staged

MEMBER = "query ($id: ID!) { member(id: $id) { photo attachments { id url size contentType name } } }"
HISTORY = "query ($id: ID!) { historyMember(id: $id) { photo attachments { url } } }"
ATTACH = """mutation ($input: UpdateMemberInput!) { updateMember(input: $input) {
  member { photo attachments { url } } errors { code } } }"""
EVERY_97TH = 97


@pytest.fixture(scope="module")
async def own_database(clone: Callable[[str], str], province_template: str) -> AsyncIterator[Database]:
    """A province that the tests of this file alone change."""
    database = connect(clone(province_template), connections=8, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def own_api(own_database: Database) -> AsyncIterator[Api]:
    application = Api(own_database)
    await put_demonstration_files(application.files)
    yield application
    await application.http.aclose()


@pytest.fixture(scope="module")
def member(register: Register) -> MemberRecord:
    """With a photo and an attachment, and organisations of every tier above."""
    return next(
        m
        for m in register.members
        if m.photo
        and m.id % EVERY_97TH == 0
        and {tier_of(o) for o in register.organizations.values() if m.org_path.startswith(o.path)} == set(Tier)
    )


@pytest.fixture(scope="module")
def county(register: Register, member: MemberRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if member.org_path.startswith(o.path))


@pytest.fixture(scope="module")
def elsewhere(register: Register, county: OrganizationRecord) -> OrganizationRecord:
    return next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county)


@pytest.fixture
def administrator(own_api: Api, county: OrganizationRecord) -> Caller:
    return own_api.as_(county)


async def download(caller: Caller, url: str, **headers: str) -> httpx.Response:
    authorized = {"Authorization": f"Bearer {caller.token}", "Accept-Language": "en", **headers}
    return await caller.api.http.get(url, headers=authorized)


async def shown(caller: Caller, member: MemberRecord) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ask(MEMBER, {"id": encoded("Member", member.id)}))["member"]
    return found


def unlike_in_nothing(one: httpx.Response, other: httpx.Response) -> None:
    """The two answers cannot be told apart, save for the names of the requests."""
    assert (one.status_code, one.content) == (other.status_code, other.content)
    headers = [{k: v for k, v in each.headers.items() if k != "x-request-id"} for each in (one, other)]
    assert headers[0] == headers[1]


async def test_an_attachment_comes_as_it_is_and_does_nothing_in_a_browser(
    administrator: Caller, member: MemberRecord
) -> None:
    [attachment] = (await shown(administrator, member))["attachments"]
    response = await download(administrator, attachment["url"])
    assert (response.status_code, response.content) == (200, APPLICATION)
    assert attachment["size"] == len(APPLICATION)
    wanted = {
        "content-type": "application/pdf",
        "content-length": str(len(APPLICATION)),
        "content-disposition": "attachment; filename=\"_____.pdf\"; filename*=UTF-8''"
        "%E5%85%A5%E5%85%9A%E7%94%B3%E8%AF%B7%E4%B9%A6.pdf",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-cache",
    }
    assert {name: response.headers[name] for name in wanted} == wanted


async def test_a_photo_comes_by_the_id_of_its_member(administrator: Caller, member: MemberRecord) -> None:
    url = (await shown(administrator, member))["photo"]
    response = await download(administrator, url)
    assert (response.status_code, response.headers["content-type"]) == (200, "image/jpeg")
    assert response.content.startswith(b"\xff\xd8\xff")


async def test_what_has_not_changed_is_not_sent_again_but_asked_for(
    administrator: Caller, elsewhere: OrganizationRecord, member: MemberRecord
) -> None:
    url = (await shown(administrator, member))["photo"]
    tag = (await download(administrator, url)).headers["etag"]
    again = await download(administrator, url, **{"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    stranger = administrator.api.as_(elsewhere)
    assert (await download(stranger, url, **{"If-None-Match": tag})).status_code == 404


async def test_each_download_is_recorded_and_each_attempt(
    administrator: Caller, elsewhere: OrganizationRecord, member: MemberRecord
) -> None:
    found = await shown(administrator, member)
    number = number_of("File", found["attachments"][0]["id"])
    of_photo = {"field": "member.photo", "ids": [member.id]}
    of_file = {"field": "files", "ids": [number]}
    for caller, url, line in (
        (administrator, found["photo"], {**of_photo, "returned": 1}),
        (administrator, found["attachments"][0]["url"], {**of_file, "returned": 1}),
        (administrator.api.as_(elsewhere), found["attachments"][0]["url"], {**of_file, "returned": 0}),
    ):
        request_id = f"downloaded-{token_hex(8)}"
        await download(caller, url, **{"X-Request-ID": request_id})
        [entry] = await entries_of(administrator.api.database, request_id)
        assert (entry.kind, entry.operation, entry.actor) == (AuditKind.ARCHIVE_LOOKUP, "download", "tester")
        assert entry.details == {"lookups": [line]}


async def test_out_of_scope_is_as_what_does_not_exist(
    own_api: Api, administrator: Caller, elsewhere: OrganizationRecord, member: MemberRecord
) -> None:
    found, stranger = await shown(administrator, member), own_api.as_(elsewhere)
    nothing = await download(stranger, f"/files/{encoded('File', 10**9)}")
    assert (nothing.status_code, nothing.json()["errors"][0]["extensions"]["code"]) == (404, "NOT_FOUND")
    for url in (found["photo"], found["attachments"][0]["url"], f"/files/{encoded('Member', 10**9)}"):
        unlike_in_nothing(await download(stranger, url), nothing)
    for text in ("rubbish", encoded("Organization", 1), "%2e%2e", encoded("HistoryMember", member.id)):
        unlike_in_nothing(await download(administrator, f"/files/{text}"), nothing)


async def test_nobody_without_a_token_gets_anything(own_api: Api, member: MemberRecord) -> None:
    response = await own_api.http.get(f"/files/{encoded('Member', member.id)}")
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert response.headers["cache-control"] == "no-store"


async def test_a_staged_file_is_its_uploaders_alone(
    own_api: Api, administrator: Caller, county: OrganizationRecord
) -> None:
    file = await staged(administrator, pdf(300), 'a "quoted" 名.pdf')
    url = f"/files/{file['id']}"
    response = await download(administrator, url)
    assert (response.status_code, response.content) == (200, pdf(300))
    assert 'filename="a _quoted_ _.pdf"' in response.headers["content-disposition"]
    other = Caller(own_api, own_api.authority.issue("other", Role.ADMINISTRATOR, county, timedelta(hours=1)))
    assert (await download(other, url)).status_code == 404


async def test_the_files_of_requests_are_for_those_who_see_the_request(
    own_api: Api,
    administrator: Caller,
    county: OrganizationRecord,
    elsewhere: OrganizationRecord,
    member: MemberRecord,
) -> None:
    file = await staged(administrator, pdf(300), "a.pdf")
    request_id = await ask_for(own_api, member)
    async with own_api.database.writing() as session:
        await give_to_request(session, [number_of("File", file["id"])], request_id)
    other = Caller(own_api, own_api.authority.issue("other", Role.ADMINISTRATOR, county, timedelta(hours=1)))
    url = f"/files/{file['id']}"
    statuses = [(await download(caller, url)).status_code for caller in (other, own_api.as_(elsewhere))]
    assert statuses == [200, 404]


async def ask_for(api: Api, member: MemberRecord) -> int:
    values = {"kind": RequestKind.DEATH.value, "member_id": member.id, "branch_id": member.branch_id}
    values |= {"org_path": member.org_path, "reason": "-", "requested_by": "one", "requested_at": api.clock()}
    values |= {"member_name": member.name, "changes": None}
    values |= {"requester_organization_id": member.branch_id, "requester_path": member.org_path}
    async with api.database.writing() as session:
        return (await add_request(session, values)).id


async def test_the_files_of_those_who_have_left_are_for_those_who_see_them_in_history(
    own_api: Api, administrator: Caller, county: OrganizationRecord, elsewhere: OrganizationRecord, register: Register
) -> None:
    gone = next(
        m
        for m in reversed(register.members_in(county))
        if m.photo and m.id % EVERY_97TH and not problems_of(draft_of(m), register.day)
    )
    file = await staged(administrator, pdf(400), "a.pdf")
    number = {"id": encoded("Member", gone.id), "version": 1}
    asked = {"input": {**number, "addAttachmentIds": [file["id"]]}}
    assert (await administrator.ask(ATTACH, asked))["updateMember"]["errors"] == []
    request_id = await ask_for(own_api, gone)
    async with own_api.database.writing() as session:
        await archive_member(session, gone.id, Departure(HistoryKind.DECEASED, own_api.clock(), "-", request_id))
    left = (await administrator.ask(HISTORY, {"id": encoded("HistoryMember", gone.id)}))["historyMember"]
    assert left["attachments"] == [{"url": f"/files/{file['id']}"}]
    for url, size in ((left["photo"], None), (left["attachments"][0]["url"], 400)):
        response = await download(administrator, url)
        assert response.status_code == 200
        assert size in (None, len(response.content))
        assert (await download(own_api.as_(elsewhere), url)).status_code == 404
    assert (await download(administrator, f"/files/{encoded('Member', gone.id)}")).status_code == 404


# -- the permission matrix


@pytest.mark.parametrize("tier", list(Tier), ids=str)
@pytest.mark.parametrize("role", list(Role), ids=str)
async def test_files_are_given_to_those_to_whom_the_matrix_shows_the_fields(
    own_api: Api, register: Register, administrator: Caller, member: MemberRecord, role: Role, tier: Tier
) -> None:
    above = [o for o in register.organizations.values() if member.org_path.startswith(o.path)]
    place = next(o for o in above if tier_of(o) is tier)
    found = await shown(administrator, member)
    may = DEFAULT_MATRIX[role, tier, FieldClass.RECORD] is Visibility.VISIBLE
    caller = own_api.as_(place, role)
    for url in (found["photo"], found["attachments"][0]["url"]):
        assert (await download(caller, url)).status_code == (200 if may else 404)


SHOW_PHOTOS = ("Member.id", "Member.photo"), ("HistoryMember.id", "HistoryMember.photo")
SHOW_ATTACHMENTS = ("Member.id", "Member.attachments"), ("HistoryMember.id", "HistoryMember.attachments")
OF_ATTACHMENTS = ("Attachment.id", "Attachment.url", "Attachment.name", "Attachment.content_type", "Attachment.size")


def test_every_field_that_shows_files_is_tried() -> None:
    """A new one needs its line in resolvers/downloads.py, and a test."""
    fields = {
        f"{kind.name}.{name}"
        for kind in graphql_schema(SCHEMA).type_map.values()
        for name, field in getattr(kind, "fields", {}).items()
        if hasattr(field, "args") and (get_named_type(field.type).name == "Attachment" or name in ("photo", "url"))
    }
    tried = {name for names in (*SHOW_PHOTOS, *SHOW_ATTACHMENTS) for name in names if not name.endswith(".id")}
    of_requests = "ApprovalRequest.attachments"  # tests/api/test_real_name_filing.py
    of_exports = "Export.url"  # tests/api/test_exports.py
    assert fields == {*tried, of_requests, of_exports, "Attachment.url", "UploadedFile.url"}


@pytest.mark.parametrize(
    "hidden",
    sorted({*OF_ATTACHMENTS, *(name for names in (*SHOW_PHOTOS, *SHOW_ATTACHMENTS) for name in names)}),
)
async def test_a_file_is_hidden_with_the_field_that_shows_it(
    own_api: Api, county: OrganizationRecord, gone: MemberRecord, member: MemberRecord, hidden: str
) -> None:
    """Those of a member, and those of one who has left."""
    entries = {MatrixPlace(Role.ADMINISTRATOR, tier, hidden): Entry(Visibility.HIDDEN) for tier in Tier}
    matrix = PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries)
    files = await files_of(own_api.database, member.id), await files_of(own_api.database, gone.id)
    photos = encoded("Member", member.id), encoded("HistoryMember", gone.id)
    async with Api(own_api.database, matrix, key=own_api.key, files=own_api.files).http as http:
        for place in (0, 1):
            headers = {"Authorization": f"Bearer {own_api.as_(county).token}"}
            photo = (await http.get(f"/files/{photos[place]}", headers=headers)).status_code
            attachment = (await http.get(f"/files/{files[place]}", headers=headers)).status_code
            assert photo == (404 if hidden in SHOW_PHOTOS[place] else 200)
            assert attachment == (404 if hidden in (*SHOW_ATTACHMENTS[place], *OF_ATTACHMENTS) else 200)


async def files_of(database: Database, member_id: int) -> str:
    """The global id of the only one."""
    [(number,)] = await database.rows(select(File.id).where(File.member_id == member_id))
    return encoded("File", number)


@pytest.fixture(scope="module")
async def gone(own_api: Api, register: Register, county: OrganizationRecord, member: MemberRecord) -> MemberRecord:
    """Somebody who has left, with a photo and an attachment."""
    left = next(m for m in register.members_in(county) if m.photo and m != member and m.id % EVERY_97TH)
    values = {"purpose": "ATTACHMENT", "member_id": left.id, "name": "a.pdf", "content_type": "application/pdf"}
    values |= {"size": len(APPLICATION), "object_key": APPLICATION_KEY}
    request_id = await ask_for(own_api, left)
    async with own_api.database.writing() as session:
        await session.execute(insert(File).values(values))
        await archive_member(session, left.id, Departure(HistoryKind.DECEASED, own_api.clock(), "-", request_id))
    return left


# -- when something is wrong


class LostStore(FileStore):
    """A store whose network is gone."""

    def __init__(self) -> None:
        pass

    async def get(self, key: str) -> Any:
        raise FileStoreUnavailableError(key)

    async def put(self, content: bytes) -> str:
        raise FileStoreUnavailableError(str(len(content)))


async def test_a_store_that_is_lost_is_said_to_be(own_api: Api, administrator: Caller, member: MemberRecord) -> None:
    url = (await shown(administrator, member))["photo"]
    api = Api(own_api.database, key=own_api.key, files=LostStore())
    async with api.http:
        response = await download(Caller(api, administrator.token), url)
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.json()["errors"][0]["extensions"]["code"] == "FILE_STORE_UNAVAILABLE"
        with pytest.raises(AssertionError, match="FILE_STORE_UNAVAILABLE"):
            await staged(Caller(api, administrator.token), picture("PNG"), "a.png")


async def test_content_that_is_missing_is_not_found(own_api: Api, administrator: Caller, member: MemberRecord) -> None:
    url = (await shown(administrator, member))["photo"]
    api = Api(own_api.database, key=own_api.key)
    async with api.http:
        assert (await download(Caller(api, administrator.token), url)).status_code == 404
