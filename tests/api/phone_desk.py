"""Changing registered phones as an administrator's form does: a picture, its answer, the code that was sent."""

from itertools import count
from typing import Any, cast

from auth.captchas import captcha_to_draw
from domain.records import MemberRecord
from domain.synthetic.member import SyntheticMember
from domain.synthetic.registrations import registration_of
from schema.identifiers import encoded
from tests.asking import Api, Caller
from tests.at_the_desk import desk_of, last_code

SHOW = "mutation { showCaptcha(input: {}) { captchaId image expiresAt } }"
SEND = """mutation ($input: SendPhoneCodeInput!) {
  sendPhoneCode(input: $input) { codeId expiresAt errors { code path } } }"""
CHANGE = """mutation ($input: ChangeRegisteredPhoneInput!) {
  changeRegisteredPhone(input: $input) { member { id account { phone state } } errors { code path } } }"""
_numbers = count(1)


def a_new_phone() -> str:
    """That nobody has: no made-up member's begins so."""
    return f"1990000{next(_numbers):04}"


async def answered_captcha(api: Api, caller: Caller) -> dict[str, str]:
    """A picture's id, and what a person reads in it."""
    captcha_id = (await caller.ask(SHOW))["showCaptcha"]["captchaId"]
    answer = await captcha_to_draw(desk_of(api), captcha_id)
    assert answer is not None
    return {"captchaId": captcha_id, "captchaAnswer": answer}


async def send(caller: Caller, member: MemberRecord, phone: str, **given: Any) -> dict[str, Any]:
    asked = {"memberId": encoded("Member", member.id), "phone": phone}
    asked |= await answered_captcha(caller.api, caller) | given
    payload: dict[str, Any] = (await caller.ask(SEND, {"input": asked}))["sendPhoneCode"]
    return payload


async def sent_code(caller: Caller, member: MemberRecord, phone: str) -> dict[str, str]:
    """The code's id, and the six digits that the phone received."""
    payload = await send(caller, member, phone)
    assert payload["errors"] == []
    return {"codeId": payload["codeId"], "code": await last_code(caller.api.database, phone)}


async def change(caller: Caller, member: MemberRecord, code: dict[str, str]) -> dict[str, Any]:
    asked = {"memberId": encoded("Member", member.id), **code}
    payload: dict[str, Any] = (await caller.ask(CHANGE, {"input": asked}))["changeRegisteredPhone"]
    return payload


def is_registered(member: MemberRecord) -> bool:
    """Whether the made-up member has an account from the beginning; its phone is `mobile_of(member.id)`."""
    return registration_of(cast("SyntheticMember", member)) is not None
