"""打印采集表: `GET /forms/…`: what a page says is what the schema answers to whoever has it printed, field by field."""

import re
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from secrets import token_hex
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import update

from auth.actor import Role
from domain.codes import (
    AuditKind,
    CodeList,
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    HistoryKind,
    MemberCategory,
    MembershipStatus,
    OrganizationKind,
    RealNameStatus,
    Tier,
    WorkPosition,
)
from domain.records import MemberRecord, OrganizationRecord
from files.demonstration import put_demonstration_files
from files.store import FileStore, in_memory
from forms import press
from schema.identifiers import encoded
from storage.engine import Database, connect
from storage.history_members import Departure, archive_member
from storage.models import Member
from tests.api.test_charts import asked as asked_chart
from tests.api.test_charts import fetched, hiding, refused
from tests.api.test_masked_answers import ask_for
from tests.api.test_statement_counts import counted
from tests.asking import AUDIT_KEY, Api, Caller
from tests.audit import entries_of
from tests.forms.samples import pages_of, pictures_on, squeezed, text_of, texts_of
from tests.oracle import Register
from tests.set_clock import SetClock

WITHHELD = "无权查看"
CELLS: Mapping[str, str] = {
    "name": "姓名",
    "gender": "性别",
    "ethnicity": "民族",
    "birthDate": "出生日期",
    "identityNumber": "公民身份证号",
    "age": "年龄",
    "education": "学历",
    "workPosition": "工作岗位",
    "category": "人员类别",
    "status": "党籍状态",
    "joinedOn": "加入党组织日期",
    "formalOn": "转正日期",
    "phone": "联系电话",
    "realNameStatus": "认证状态",
    "homeAddress": "家庭住址",
    "branch": "所在党支部",
    "lostContact": "是否为失联党员",
    "lostContactSince": "失联日期",
    "floating": "是否流动党员",
    "floatingDirection": "流动方向",
    "transferInProgress": "正在转接",
    "attachments": "相关资料",
}
"""Field of a member → what stands before its value on the page. In the order of the page."""
CODES: Mapping[str, type[CodeList]] = {
    "gender": Gender,
    "ethnicity": Ethnicity,
    "education": Education,
    "workPosition": WorkPosition,
    "category": MemberCategory,
    "status": MembershipStatus,
    "realNameStatus": RealNameStatus,
    "floatingDirection": FloatingDirection,
    "kind": HistoryKind,
}
BELOW = {"branch": "{ name parent { name } }", "attachments": "{ id }"}
FIELDS = " ".join(f"{name} {BELOW.get(name, '')}" for name in CELLS)
MEMBER = f"query ($id: ID!) {{ member(id: $id) {{ collectionFormUrl photo {FIELDS} }} }}"
HISTORY = """query ($id: ID!) { historyMember(id: $id) { collectionFormUrl name identityNumber gender phone kind archivedAt
  reason branch { name parent { name } } } }"""
MANY = """query ($ids: [ID!], $where: MemberFilter, $orderBy: [MemberOrder!]) {
  collectionFormsUrl(ids: $ids, where: $where, orderBy: $orderBy) }"""


@pytest.fixture(scope="session")
async def desk(province: Database, api: Api) -> AsyncIterator[Api]:
    """The application with the files of the province, and with the permissions of the default."""
    own = Api(province, clock=api.clock, key=api.key, files=in_memory())
    await put_demonstration_files(own.files)
    yield own
    await own.http.aclose()


def global_id(member: MemberRecord) -> str:
    return encoded("Member", member.id)


async def url_of(caller: Caller, member: MemberRecord) -> str:
    query = "query ($id: ID!) { member(id: $id) { collectionFormUrl } }"
    url: str = (await caller.ask(query, {"id": global_id(member)}))["member"]["collectionFormUrl"]
    return url


async def url_of_many(caller: Caller, **asked: Any) -> str:
    url: str = (await caller.ask(MANY, asked))["collectionFormsUrl"]
    return url


def in_chinese(caller: Caller) -> Caller:
    return Caller(caller.api, caller.token, "zh")


async def printed(caller: Caller, url: str) -> bytes:
    response = await fetched(caller, url)
    assert response.status_code == 200, response.text
    return response.content


async def page_of(caller: Caller, member: MemberRecord) -> str:
    [said] = texts_of(await printed(caller, await url_of(caller, member)))
    return said


def in_words(name: str, value: Any) -> str:
    """As it stands on a Chinese page."""
    match value:
        case None:
            return ""
        case True | False:
            return "是" if value else "否"
        case list():
            return f"{len(value)}份"
        case dict():
            return squeezed(value["name"])
    return CODES[name][value].chinese if name in CODES else squeezed(str(value))


def table_of(answer: Mapping[str, Any], withheld: tuple[str, ...] = ()) -> str:
    """All cells of the page, one after another."""
    said = ""
    for name, label in CELLS.items():
        said += label + (WITHHELD if name in withheld else in_words(name, answer[name]))
        if name == "branch":
            parent = None if name in withheld else answer["branch"]["parent"]
            said += "上级组织" + (WITHHELD if name in withheld else in_words("parent", parent))
    return said


def with_photo(register: Register, place: OrganizationRecord) -> MemberRecord:
    return next(m for m in register.members_in(place) if m.photo and m.phone and m.home_address)


@pytest.mark.parametrize("tier", list(Tier), ids=str)
async def test_a_page_says_what_the_schema_answers_at_every_tier(
    tier: Tier,
    desk: Api,
    register: Register,
    county: OrganizationRecord,
    approving_committee: OrganizationRecord,
    branch: OrganizationRecord,
) -> None:
    """Masked where that is masked."""
    places = {
        Tier.COUNTY_OR_ABOVE: county,
        Tier.APPROVING_COMMITTEE: approving_committee,
        Tier.OTHER_GRASSROOTS: branch,
    }
    caller = in_chinese(desk.as_(places[tier]))
    for member in list(register.members_in(places[tier]))[:5]:
        answer = (await caller.ask(MEMBER, {"id": global_id(member)}))["member"]
        [page] = pages_of(await printed(caller, answer["collectionFormUrl"]))
        assert table_of(answer) in text_of(page).replace("照片", "")
        assert ("*" in text_of(page)) is (tier is not Tier.COUNTY_OR_ABOVE)
        assert len(pictures_on(page)) == (0 if answer["photo"] is None else 1)


@pytest.mark.parametrize("field", CELLS)
async def test_a_hidden_field_is_withheld_and_nothing_else_is(
    field: str, desk: Api, register: Register, county: OrganizationRecord
) -> None:
    member = with_photo(register, county)
    answer = (await desk.as_(county).ask(MEMBER, {"id": global_id(member)}))["member"]
    own = hiding(desk, f"Member.{snake(field)}")
    own = Api(own.database, own.matrix, own.clock, own.key, files=desk.files)
    said = await page_of(in_chinese(own.as_(county)), member)
    assert table_of(answer, withheld=(field,)) in said
    await own.http.aclose()


def snake(name: str) -> str:
    return re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)


async def test_a_hidden_photo_is_withheld(desk: Api, register: Register, county: OrganizationRecord) -> None:
    member = with_photo(register, county)
    own = hiding(desk, "Member.photo")
    own = Api(own.database, own.matrix, own.clock, own.key, files=desk.files)
    caller = in_chinese(own.as_(county))
    [page] = pages_of(await printed(caller, await url_of(caller, member)))
    assert pictures_on(page) == []
    assert WITHHELD in text_of(page)
    await own.http.aclose()


async def test_the_photo_is_the_members(desk: Api, register: Register, county: OrganizationRecord) -> None:
    member, caller = with_photo(register, county), desk.as_(county)
    assert member.photo is not None
    stored = await desk.files.get(member.photo)
    assert stored is not None
    assert b"".join([chunk async for chunk in stored.chunks]) in await printed(caller, await url_of(caller, member))


async def test_a_photo_whose_content_is_gone_leaves_its_place_empty(
    api: Api, register: Register, county: OrganizationRecord
) -> None:
    member, caller = with_photo(register, county), in_chinese(api.as_(county))
    [page] = pages_of(await printed(caller, await url_of(caller, member)))
    assert pictures_on(page) == []
    assert "照片" in text_of(page)


async def test_without_the_store_of_files_nothing_is_printed(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    own = Api(desk.database, clock=desk.clock, key=desk.key, files=FileStore(Unreachable()))  # type: ignore[arg-type] # as a store that is down
    caller = own.as_(county)
    response = await fetched(caller, await url_of(caller, with_photo(register, county)))
    assert refused(response)[:2] == (503, "FILE_STORE_UNAVAILABLE")
    await own.http.aclose()


class Unreachable:
    async def get_async(self, _key: str) -> None:
        raise OSError


async def test_in_english_labels_and_codes_are_english(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    member = with_photo(register, county)
    said = await page_of(desk.as_(county), member)
    assert f"Name{squeezed(member.name)}Gender{Gender[member.gender].english.capitalize()}" in said
    assert "AttachmentsCorrections" in re.sub(r"\dfiles", "", said)


# -- who may


async def test_out_of_scope_is_not_found(desk: Api, register: Register, county: OrganizationRecord) -> None:
    member = with_photo(register, county)
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county)
    url = await url_of(desk.as_(county), member)
    assert refused(await fetched(desk.as_(elsewhere), url))[:2] == (404, "NOT_FOUND")
    other = next(iter(register.members_in(elsewhere)))
    many = await url_of_many(desk.as_(county), ids=[global_id(member), global_id(other)])
    assert refused(await fetched(desk.as_(county), many))[:2] == (404, "NOT_FOUND")
    above = register.first_of_kind(OrganizationKind.PROVINCE)
    assert len(pages_of(await printed(desk.as_(above), many))) == 2


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER])
async def test_other_roles_print_nothing(role: Role, desk: Api, register: Register, county: OrganizationRecord) -> None:
    url = await url_of(desk.as_(county), with_photo(register, county))
    assert refused(await fetched(desk.as_(county, role), url))[:2] == (403, "FIELD_HIDDEN")


@pytest.mark.parametrize("field", ["Member.collection_form_url", "Query.collection_forms_url"])
async def test_who_may_not_have_the_address_may_not_have_the_form(
    field: str, desk: Api, register: Register, county: OrganizationRecord
) -> None:
    url = await url_of_many(desk.as_(county), where={"name": {"exact": with_photo(register, county).name}})
    own, request = hiding(desk, field), f"form-{token_hex(8)}"
    response = await fetched(own.as_(county), url, **{"X-Request-ID": request})
    assert refused(response)[:2] == (403, "FIELD_HIDDEN")
    assert [entry.kind for entry in await entries_of(desk.database, request)] == [AuditKind.REFUSAL]
    await own.http.aclose()


async def test_a_condition_on_what_is_hidden_is_refused(desk: Api, county: OrganizationRecord) -> None:
    url = await url_of_many(desk.as_(county), where={"phone": {"missing": True}})
    own = hiding(desk, "Member.phone")
    status, code, error = refused(await fetched(own.as_(county), url))
    assert (status, code, error["extensions"]["fields"]) == (403, "FIELD_HIDDEN", ["Member.phone"])
    await own.http.aclose()


async def test_who_is_not_signed_in_prints_nothing(desk: Api, register: Register, county: OrganizationRecord) -> None:
    url = await url_of(desk.as_(county), with_photo(register, county))
    assert refused(await desk.http.get(url))[:2] == (401, "UNAUTHENTICATED")


# -- what is recorded, and how it is given


async def test_each_print_is_recorded(desk: Api, register: Register, county: OrganizationRecord) -> None:
    caller, request = desk.as_(county), f"form-{token_hex(8)}"
    member = with_photo(register, county)
    await fetched(caller, await url_of(caller, member), **{"X-Request-ID": request})
    looked_up, entry = await entries_of(desk.database, request)
    assert looked_up.kind is AuditKind.ARCHIVE_LOOKUP
    assert (entry.kind, entry.operation, entry.actor) == (AuditKind.PRINT, "printCollectionForms", "tester")
    assert (entry.target, entry.details) == (f"Member:{member.id}", {"forms": [f"Member:{member.id}"], "photos": 1})


async def test_a_print_of_many_is_one_entry_that_names_all(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    caller, request = desk.as_(county), f"form-{token_hex(8)}"
    members = list(register.members_in(county))[:3]
    url = await url_of_many(caller, ids=[global_id(m) for m in members])
    await fetched(caller, url, **{"X-Request-ID": request})
    *_, entry = await entries_of(desk.database, request)
    assert (entry.kind, entry.target) == (AuditKind.PRINT, None)
    assert entry.details["forms"] == [f"Member:{m.id}" for m in members]


async def test_it_is_a_file_that_nobody_keeps(desk: Api, register: Register, county: OrganizationRecord) -> None:
    caller, member = in_chinese(desk.as_(county)), with_photo(register, county)
    response = await fetched(caller, await url_of(caller, member))
    wanted = {
        "content-type": "application/pdf",
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
    }
    assert {name: response.headers[name] for name in wanted} == wanted
    name = unquote(response.headers["content-disposition"].partition("filename*=UTF-8''")[2])
    assert name == f"党员信息采集表-{member.name}.pdf"


async def test_nothing_of_whom_can_be_read_in_the_address(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    caller, member = desk.as_(county), with_photo(register, county)
    first, again = await url_of(caller, member), await url_of(caller, member)
    assert first != again
    assert re.fullmatch(r"/forms/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}\.pdf", first)
    assert global_id(member).rstrip("=") not in first


async def test_an_address_of_something_else_is_none_of_a_form(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    caller = desk.as_(county)
    chart = (await asked_chart(caller, county))["chartUrl"]
    form = await url_of(caller, with_photo(register, county))
    for wrong in (chart.replace("/charts/", "/forms/").replace(".svg", ".pdf"), form[:-20] + ".pdf", "/forms/x.pdf"):
        assert refused(await fetched(caller, wrong))[:2] == (400, "FORM_ADDRESS_INVALID")
    swapped = form.replace("/forms/", "/charts/").replace(".pdf", ".svg")
    assert refused(await fetched(caller, swapped))[:2] == (400, "CHART_ADDRESS_INVALID")


async def test_an_address_is_good_for_a_day(
    province: Database, register: Register, county: OrganizationRecord, clock: SetClock
) -> None:
    own = Api(province, clock=clock)
    caller = own.as_(county)
    url = await url_of(caller, with_photo(register, county))
    clock.now += timedelta(days=1)
    assert refused(await fetched(caller, url))[:2] == (410, "FORM_ADDRESS_EXPIRED")
    await own.http.aclose()


# -- many


async def test_chosen_members_have_a_page_each_in_the_order_of_their_ids(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    caller = desk.as_(county)
    members = list(register.members_in(county))[5:0:-1]
    url = await url_of_many(caller, ids=[global_id(m) for m in [*members, members[0]]])
    said = texts_of(await printed(caller, url))
    assert [m.identity_number in page for m, page in zip(members, said, strict=True)] == [True] * 5


async def test_found_members_have_a_page_each_in_the_order_that_was_asked(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    caller = desk.as_(county)
    name = with_photo(register, county).name[0]
    found = [m for m in register.members_in(county) if m.name.startswith(name)][:200]
    where = {"name": {"prefix": name}, "identityNumber": {"multi": [m.identity_number for m in found]}}
    order = [{"field": "IDENTITY_NUMBER", "direction": "DESC"}]
    said = texts_of(await printed(caller, await url_of_many(caller, where=where, orderBy=order)))
    numbers = sorted((m.identity_number for m in found), reverse=True)
    assert [number in page for number, page in zip(numbers, said, strict=True)] == [True] * len(found)


async def test_a_file_has_so_many_pages_and_no_more(
    desk: Api, register: Register, province_committee: OrganizationRecord
) -> None:
    caller = desk.as_(province_committee)
    ids = [global_id(m) for m in list(register.members_in(province_committee))[:201]]
    assert len(pages_of(await printed(caller, await url_of_many(caller, ids=ids[:200])))) == 200
    for url in (await url_of_many(caller, ids=ids), await url_of_many(caller, where={})):
        assert refused(await fetched(caller, url))[:2] == (400, "TOO_MANY_FORMS")


async def test_many_pages_take_no_more_statements_than_a_few(
    desk: Api, register: Register, county: OrganizationRecord
) -> None:
    """But for the look-up of who is calling, which is made anew now and then."""
    caller, taken = desk.as_(county), []
    ids = [global_id(m) for m in list(register.members_in(county))[:20]]
    for number in (2, 20):
        url = await url_of_many(caller, ids=ids[:number])
        with counted(desk.database) as statements:
            await printed(caller, url)
        taken.append({each for each in statements if "organizations.parent_id, organizations.path" not in each})
        assert len(statements) < 10
    assert taken[0] == taken[1]


async def test_of_nobody_there_is_no_file(desk: Api, county: OrganizationRecord) -> None:
    caller = desk.as_(county)
    url = await url_of_many(caller, where={"name": {"exact": "查无此人"}})
    assert refused(await fetched(caller, url))[:2] == (404, "NOT_FOUND")


@pytest.mark.parametrize("asked", [{}, {"ids": []}, {"ids": ["rubbish"]}, {"ids": [encoded("Organization", 1)]},
    {"ids": [encoded("Member", 1)], "where": {}}, {"ids": [encoded("Member", 1)], "orderBy": [{"field": "NAME"}]},
    {"ids": [encoded("Member", each) for each in range(1, 1_002)]}])  # fmt: skip
async def test_what_cannot_be_printed_has_no_address(
    asked: dict[str, Any], desk: Api, county: OrganizationRecord
) -> None:
    error = await desk.as_(county).refused(MANY, asked)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_question_that_is_too_long_has_no_address(desk: Api, county: OrganizationRecord) -> None:
    where = {"name": {"multi": [token_hex(20) for _ in range(500)]}}
    assert (await desk.as_(county).ask(MANY, {"where": where}))["collectionFormsUrl"] is None


async def test_when_too_much_is_printed_it_says_when_to_come_again(
    desk: Api, register: Register, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await url_of(desk.as_(county), with_photo(register, county))
    monkeypatch.setattr(press, "WAITING", -press.AT_ONCE)
    response = await fetched(desk.as_(county), url)
    assert refused(response)[:2] == (503, "PRESS_BUSY")
    assert response.headers["retry-after"] == "60"


# -- what changes


@pytest.fixture
async def own_desk(own_province_url: str) -> AsyncIterator[Api]:
    own = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY))
    yield own
    await own.http.aclose()
    await own.database.close()


async def test_a_former_member_is_printed_with_the_reason(
    own_desk: Api, register: Register, county: OrganizationRecord
) -> None:
    member, reason = with_photo(register, county), "因病去世。" * 100
    request_id = await ask_for(own_desk, member)
    async with own_desk.database.writing() as session:
        departure = Departure(HistoryKind.DECEASED, own_desk.clock(), reason, request_id)
        await archive_member(session, member.id, departure)
    caller = in_chinese(own_desk.as_(county))
    former = encoded("HistoryMember", member.id)
    answer = (await caller.ask(HISTORY, {"id": former}))["historyMember"]
    [said] = texts_of(await printed(caller, answer["collectionFormUrl"]))
    assert said.startswith("历史党员信息表")
    for label, value in (("姓名", answer["name"]), ("公民身份证号", answer["identityNumber"]), ("联系电话", answer["phone"]),
                         ("历史党员类别", "去世"), ("离开原因", answer["reason"]), ("所在党支部", answer["branch"]["name"])):  # fmt: skip
        assert f"{label}{squeezed(value)}" in said
    remaining = next(m for m in register.members_in(county) if m.id != member.id)
    both = await url_of_many(caller, ids=[global_id(remaining), former])
    assert [page[:7] for page in texts_of(await printed(caller, both))] == ["党员信息采集表", "历史党员信息表"]
    gone = await url_of_many(caller, ids=[global_id(member)])
    assert refused(await fetched(caller, gone))[:2] == (404, "NOT_FOUND")


async def test_the_page_says_what_the_record_says_when_it_is_fetched(
    own_desk: Api, register: Register, county: OrganizationRecord
) -> None:
    member, caller = with_photo(register, county), own_desk.as_(county)
    url, name = await url_of(caller, member), '#panic("x") *国* $x$'
    async with own_desk.database.writing() as session:
        await session.execute(update(Member).where(Member.id == member.id).values(name=name))
    [said] = texts_of(await printed(caller, url))
    assert f"Name{squeezed(name)}Gender" in said
