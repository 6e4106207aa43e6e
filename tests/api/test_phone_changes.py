"""更换注册手机号: a picture is answered, a code goes to the new phone, and the code changes the account's phone."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from secrets import token_hex
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select, text, update

from auth.permissions import Entry, PermissionMatrix, Place
from domain.codes import AuditKind, OrganizationKind, Role, Tier
from domain.records import MemberRecord, OrganizationRecord
from domain.synthetic.contacts import mobile_of
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from storage.engine import connect
from storage.models import MemberAccount, Message
from tests.api.phone_desk import (
    CHANGE,
    SEND,
    SHOW,
    a_new_phone,
    answered_captcha,
    change,
    is_registered,
    send,
    sent_code,
)
from tests.api.test_approvals import Office, codes, county_above, purge, rows_with
from tests.asking import AUDIT_KEY, Api, Caller
from tests.at_the_desk import another, codes_sent_to
from tests.audit import entries_of, entries_of_kind
from tests.oracle import Register
from tests.set_clock import SetClock
from tests.waiting import waiting_for


@pytest.fixture
async def office(
    own_province_url: str, register: Register, approving_committee: OrganizationRecord, clock: SetClock
) -> AsyncIterator[Office]:
    """Whose members all have an account."""
    async with connect(own_province_url, connections=32, audit_key=AUDIT_KEY) as database:
        members = (
            member
            for member in register.members_in(approving_committee)
            if not member.transfer_in_progress and member.branch_id != approving_committee.id and is_registered(member)
        )
        api = Api(database, clock=clock, token_clock=clock)
        yield Office(api, register, county_above(register, approving_committee), approving_committee, members)
        await api.http.aclose()


@pytest.fixture
def county(office: Office) -> Caller:
    return office.person(office.county)


async def phone_of(office: Office, member: MemberRecord) -> str:
    row = await office.api.database.row(select(MemberAccount.phone).where(MemberAccount.member_id == member.id))
    assert row is not None
    return str(row[0])


async def set_state(office: Office, member: MemberRecord, state: str) -> None:
    async with office.api.database.writing() as session:
        changed = update(MemberAccount).where(MemberAccount.member_id == member.id).values(state=state)
        await session.execute(changed)


async def test_the_picture_is_a_picture(office: Office, county: Caller) -> None:
    shown = (await county.ask(SHOW))["showCaptcha"]
    kind, _, data = shown["image"].partition(",")
    assert kind == "data:image/png;base64"
    assert Image.open(BytesIO(b64decode(data))).size == (200, 70)
    assert shown["expiresAt"] == (office.api.clock() + timedelta(minutes=5)).isoformat()


async def test_the_code_that_the_new_phone_received_changes_the_phone(office: Office, county: Caller) -> None:
    member, phone = next(office.members), a_new_phone()
    payload = await send(county, member, f" {phone} ")
    assert payload["errors"] == []
    assert payload["expiresAt"] == (office.api.clock() + timedelta(minutes=5)).isoformat()
    [code] = await codes_sent_to(office.api.database, phone)
    assert await phone_of(office, member) == mobile_of(member.id)
    payload = await change(county, member, {"codeId": payload["codeId"], "code": code})
    here = {"id": encoded("Member", member.id), "account": {"phone": phone, "state": "ACTIVE"}}
    assert payload == {"member": here, "errors": []}
    former = await send(county, next(office.members), mobile_of(member.id))
    assert former["errors"] == []  # the former phone is free


async def test_the_message_says_whom_the_code_may_be_told(office: Office, county: Caller) -> None:
    member, phone = next(office.members), a_new_phone()
    await sent_code(county, member, phone)
    [(body, channel, key)] = await office.api.database.rows(
        select(Message.body, Message.channel, Message.key).where(Message.recipient == phone)
    )
    assert "只可告知为您办理的管理员" in body
    assert (channel, key.rpartition("/")[0]) == ("SMS", f"phone-code/{member.id}")


async def test_a_code_is_good_once(office: Office, county: Caller) -> None:
    member = next(office.members)
    code = await sent_code(county, member, a_new_phone())
    assert codes(await change(county, member, code)) == []
    assert codes(await change(county, member, code)) == ["WRONG_VERIFICATION_CODE"]


async def test_a_code_is_tried_five_times_at_most(office: Office, county: Caller) -> None:
    member = next(office.members)
    code = await sent_code(county, member, a_new_phone())
    for _ in range(5):
        payload = await change(county, member, code | {"code": another(code["code"])})
        assert payload["errors"] == [{"code": "WRONG_VERIFICATION_CODE", "path": ["code"]}]
    assert codes(await change(county, member, code)) == ["WRONG_VERIFICATION_CODE"]
    assert await phone_of(office, member) == mobile_of(member.id)


async def test_a_code_expires_after_five_minutes(office: Office, county: Caller, clock: SetClock) -> None:
    member, other = next(office.members), next(office.members)
    late, in_time = await sent_code(county, member, a_new_phone()), await sent_code(county, other, a_new_phone())
    clock.pass_(minutes=4, seconds=59)
    assert codes(await change(county, other, in_time)) == []
    clock.pass_(seconds=1)
    assert codes(await change(county, member, late)) == ["WRONG_VERIFICATION_CODE"]


async def test_a_code_is_for_one_member_and_whoever_asked_for_it(office: Office, county: Caller) -> None:
    member, other = next(office.members), next(office.members)
    code = await sent_code(county, member, a_new_phone())
    colleague = office.person(office.county, "a colleague")
    assert codes(await change(county, other, code)) == ["WRONG_VERIFICATION_CODE"]
    assert codes(await change(colleague, member, code)) == ["WRONG_VERIFICATION_CODE"]
    assert [await phone_of(office, m) for m in (member, other)] == [mobile_of(member.id), mobile_of(other.id)]
    assert codes(await change(county, member, code)) == []


async def test_a_newer_code_replaces_the_older(office: Office, county: Caller) -> None:
    member = next(office.members)
    older, newer = [await sent_code(county, member, a_new_phone()) for _ in range(2)]
    assert codes(await change(county, member, older)) == ["WRONG_VERIFICATION_CODE"]
    assert codes(await change(county, member, newer)) == []


async def test_a_picture_is_answered_once_and_rightly(office: Office, county: Caller, clock: SetClock) -> None:
    member = next(office.members)
    wrong = [{"code": "WRONG_CAPTCHA", "path": ["captchaAnswer"]}]
    captcha = await answered_captcha(office.api, county)
    refused = await send(county, member, a_new_phone(), captchaId=captcha["captchaId"], captchaAnswer="12")
    assert (refused["errors"], refused["codeId"]) == (wrong, None)
    assert (await send(county, member, a_new_phone(), **captcha))["errors"] == wrong  # it has been answered
    captcha = await answered_captcha(office.api, county)
    assert (await send(county, member, a_new_phone(), **captcha))["errors"] == []
    assert (await send(county, member, a_new_phone(), **captcha))["errors"] == wrong
    captcha = await answered_captcha(office.api, county)
    clock.pass_(minutes=5)
    assert (await send(county, member, a_new_phone(), **captcha))["errors"] == wrong
    assert (await send(county, member, a_new_phone(), captchaId="\0"))["errors"] == wrong


@pytest.mark.parametrize("phone", ["", "0531-86912345", "1380000", "abc", "１２３", "\0", "13800000000x"])
async def test_only_a_mobile_receives_codes(office: Office, county: Caller, phone: str) -> None:
    payload = await send(county, next(office.members), phone)
    assert payload["errors"] == [{"code": "PHONE_INVALID", "path": ["phone"]}]


async def test_a_phone_that_another_has_is_refused_without_a_name(office: Office, county: Caller) -> None:
    """Wherever the other one is, and though the account be disabled."""
    member = next(office.members)
    holder = next(
        m for m in office.register.members if not m.org_path.startswith(office.county.path) and m.id % 10 == 1
    )
    for state in ("ACTIVE", "DISABLED"):
        await set_state(office, holder, state)
        payload = await send(county, member, mobile_of(holder.id))
        assert payload == {"codeId": None, "expiresAt": None, "errors": [{"code": "PHONE_TAKEN", "path": ["phone"]}]}
    assert await codes_sent_to(office.api.database, mobile_of(holder.id)) == []
    *_, entry = await entries_of_kind(office.api.database, AuditKind.CREDENTIAL)
    assert (entry.operation, entry.details["outcome"]) == ("sendPhoneCode", "TAKEN")


async def test_a_phone_that_was_released_is_free(office: Office, county: Caller) -> None:
    member, holder = next(office.members), next(office.members)
    await set_state(office, holder, "CANCELLED")
    code = await sent_code(county, member, mobile_of(holder.id))
    assert codes(await change(county, member, code)) == []


async def test_the_own_phone_is_no_new_one(office: Office, county: Caller) -> None:
    member = next(office.members)
    assert codes(await send(county, member, mobile_of(member.id))) == ["SAME_PHONE"]


@pytest.mark.parametrize(("state", "code"), [("DISABLED", "ACCOUNT_DISABLED"), ("CANCELLED", "ACCOUNT_CANCELLED")])
async def test_an_account_that_is_not_in_use_keeps_its_phone(
    office: Office, county: Caller, state: str, code: str
) -> None:
    member = next(office.members)
    sent = await sent_code(county, member, a_new_phone())
    await set_state(office, member, state)
    refused = [{"code": code, "path": ["memberId"]}]
    assert (await send(county, member, a_new_phone()))["errors"] == refused
    assert (await change(county, member, sent))["errors"] == refused
    await set_state(office, member, "ACTIVE")
    assert codes(await change(county, member, sent)) == []  # the code was not used up


async def test_whoever_has_not_registered_has_no_phone_to_change(office: Office, county: Caller) -> None:
    member = next(m for m in office.register.members_in(office.county) if not is_registered(m))
    assert codes(await send(county, member, a_new_phone())) == ["NO_ACCOUNT"]


async def test_members_outside_the_scope_do_not_exist(office: Office, county: Caller) -> None:
    member = next(office.members)
    sent = await sent_code(county, member, a_new_phone())
    elsewhere = next(o for o in office.register.of_kind(OrganizationKind.COUNTY) if o.id != office.county.id)
    outsider = office.person(elsewhere)
    asked = {"memberId": encoded("Member", member.id)}
    given = {**asked, "phone": a_new_phone(), **await answered_captcha(office.api, outsider)}
    assert (await outsider.refused(SEND, {"input": given}))["extensions"]["code"] == "NOT_FOUND"
    assert (await outsider.refused(CHANGE, {"input": asked | sent}))["extensions"]["code"] == "NOT_FOUND"
    assert await phone_of(office, member) == mobile_of(member.id)


async def test_who_may_not_write_the_phone_changes_none(office: Office) -> None:
    place = Place(Role.ADMINISTRATOR, Tier.COUNTY_OR_ABOVE, "MemberAccount.phone")
    matrix = PermissionMatrix(DEFAULT_PERMISSIONS.fields, {place: Entry(write=False)})
    api = Api(office.api.database, matrix, office.api.clock, office.api.key, token_clock=office.api.clock)
    caller, member = api.as_(office.county), next(office.members)
    given = {"memberId": encoded("Member", member.id), "phone": "19900000000", "captchaId": "x", "captchaAnswer": "x"}
    error = await caller.refused(SEND, {"input": given})
    assert (error["extensions"]["code"], error["extensions"]["fields"]) == ("FIELD_READ_ONLY", ["MemberAccount.phone"])
    typed = {"memberId": encoded("Member", member.id), "codeId": "x", "code": "123456"}
    error = await caller.refused(CHANGE, {"input": typed})
    assert error["extensions"]["code"] == "FIELD_READ_ONLY"
    await api.http.aclose()


async def test_nobody_tries_phone_after_phone(office: Office, county: Caller, clock: SetClock) -> None:
    member = next(office.members)
    for _ in range(10):
        assert codes(await send(county, member, a_new_phone())) == []
    given = {"memberId": encoded("Member", member.id), "phone": a_new_phone()}
    given |= await answered_captcha(office.api, county)
    error = await county.refused(SEND, {"input": given})
    assert error["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    clock.pass_(seconds=error["extensions"]["retryAfter"])
    assert codes(await send(county, member, a_new_phone())) == []


async def test_nobody_tries_phones_all_day(office: Office, county: Caller, clock: SetClock) -> None:
    member = next(office.members)
    for _ in range(3):
        for _ in range(10):
            assert codes(await send(county, member, a_new_phone())) == []
        clock.pass_(minutes=10)
    given = {"memberId": encoded("Member", member.id), "phone": a_new_phone()}
    given |= await answered_captcha(office.api, county)
    error = await county.refused(SEND, {"input": given})
    assert error["extensions"]["code"] == "TOO_MANY_ATTEMPTS"
    assert error["extensions"]["retryAfter"] > 600


async def test_each_step_is_recorded_with_the_phones_masked(office: Office, county: Caller) -> None:
    member, phone = next(office.members), a_new_phone()
    ids = [f"phone-{token_hex(8)}" for _ in range(3)]
    given = {"memberId": encoded("Member", member.id), "phone": phone, **await answered_captcha(office.api, county)}
    answer = await county.post(SEND, {"input": given}, **{"X-Request-ID": ids[0]})
    [code] = await codes_sent_to(office.api.database, phone)
    typed = {"memberId": encoded("Member", member.id), "codeId": answer.json()["data"]["sendPhoneCode"]["codeId"]}
    blind = (
        "mutation ($input: ChangeRegisteredPhoneInput!) { changeRegisteredPhone(input: $input) { errors { code } } }"
    )
    for request_id, tried in ((ids[1], another(code)), (ids[2], code)):
        await county.post(blind, {"input": {**typed, "code": tried}}, **{"X-Request-ID": request_id})
    entries = [entry for request_id in ids for entry in await entries_of(office.api.database, request_id)]
    former, masked = mobile_of(member.id), f"{phone[:3]}****{phone[-4:]}"
    assert [(entry.kind, entry.operation, entry.details) for entry in entries] == [
        (AuditKind.CREDENTIAL, "sendPhoneCode", {"phone": masked, "outcome": "SENT"}),
        (AuditKind.CREDENTIAL, "changeRegisteredPhone", {"outcome": "WRONG"}),
        (
            AuditKind.CHANGE,
            "changeRegisteredPhone",
            {"before": {"phone": f"{former[:3]}****{former[-4:]}"}, "after": {"phone": masked}},
        ),
    ]
    assert {entry.target for entry in entries} == {f"Member:{member.id}"}


async def test_of_two_members_who_are_to_have_the_same_phone_at_once_one_gets_it(office: Office) -> None:
    members, phone = [next(office.members), next(office.members)], a_new_phone()
    people = [office.person(office.county, name) for name in ("one", "two")]
    sent = [await sent_code(person, member, phone) for person, member in zip(people, members, strict=True)]
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE phone_codes IN EXCLUSIVE MODE"))
        changing = [
            asyncio.create_task(change(person, member, code))
            for person, member, code in zip(people, members, sent, strict=True)
        ]
        await waiting_for(office.api.database, "phone_codes", len(changing))
    outcomes = [codes(payload) for payload in await asyncio.gather(*changing)]
    assert sorted(outcomes) == [[], ["PHONE_TAKEN"]]
    having = select(MemberAccount.member_id).where(MemberAccount.phone == phone)
    assert len(await office.api.database.rows(having)) == 1


async def test_of_tries_at_once_with_the_right_code_one_is_right(office: Office, county: Caller) -> None:
    member = next(office.members)
    code = await sent_code(county, member, a_new_phone())
    async with office.api.database.writing() as session:
        await session.execute(text("LOCK TABLE members IN EXCLUSIVE MODE"))
        changing = [asyncio.create_task(change(county, member, code)) for _ in range(4)]
        await waiting_for(office.api.database, "members", len(changing))
    outcomes = [codes(payload) for payload in await asyncio.gather(*changing)]
    assert sorted(outcomes) == [[], *[["WRONG_VERIFICATION_CODE"]] * 3]


async def test_a_purge_leaves_no_code_and_no_message(office: Office, county: Caller) -> None:
    member, phone = next(office.members), a_new_phone()
    await sent_code(county, member, phone)
    assert sorted(await rows_with(office, phone)) == ["messages", "phone_codes"]
    request = await office.asks(member, "OTHER_REMOVAL")
    approve = 'mutation ($id: ID!) { approveRequest(input: {id: $id, opinion: "-"}) { errors { code } } }'
    assert await county.ask(approve, {"id": request["id"]}) == {"approveRequest": {"errors": []}}
    assert await purge(county, member) == {"isPurged": True, "errors": []}
    assert await rows_with(office, phone) == []


def person_with(api: Api, organization: OrganizationRecord, role: Role) -> Caller:
    return Caller(api, api.authority.issue("somebody", role, organization, timedelta(hours=1)))


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR, Role.PARTNER])
async def test_administrators_alone_change_phones(office: Office, role: Role) -> None:
    caller: Any = person_with(office.api, office.county, role)
    error = await caller.refused(SHOW)
    assert error["extensions"]["code"] == "FIELD_HIDDEN"
