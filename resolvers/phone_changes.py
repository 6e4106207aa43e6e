"""更换注册手机号: a picture is answered, a code goes to the new phone, and the code changes the account's phone."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from secrets import token_urlsafe

from auth.captchas import LIFETIME as CAPTCHA_LIFETIME
from auth.captchas import answers_captcha, captcha_to_draw, new_captcha, picture_of
from auth.desk import Visitor
from auth.one_time_codes import hashed_code, new_verification_code
from auth.rate_limits import PHONE_CODE_PER_ACCOUNT
from auth.verification_codes import LIFETIME, WRONG_CODE, require_sms, require_tries
from domain.audit import AuditRecord
from domain.codes import AuditKind, CodePurpose
from domain.errors import RefusedError
from domain.idempotency import Outcome
from domain.masking import told_values
from domain.member_accounts import (
    NOT_A_MOBILE,
    PHONE_TAKEN,
    WRONG_CAPTCHA,
    problems_of_change,
)
from domain.messages import phone_change_text
from domain.phones import is_mobile
from domain.records import MemberAccountRecord
from domain.texts import can_be_stored
from resolvers.context import RequestContext
from resolvers.held_members import KnownMember, held_member
from resolvers.repeating import nothing, repeatable, saving
from storage.account_writing import PhoneTakenError
from storage.member_accounts import account_to_change, change_account, is_registered, message_keys
from storage.messages import OutgoingMessage, queue_message
from storage.phone_codes import IssuedPhoneCode, TriedPhoneCode, issue_phone_code, try_phone_code
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class Captcha:
    """`picture` is a PNG."""

    id: str
    picture: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NewPhone:
    """The phone that a member's account is to have, and how the picture was answered for it."""

    member_id: int
    phone: str
    captcha_id: str
    captcha_answer: str


@dataclass(frozen=True, slots=True)
class SentCode:
    id: str
    expires_at: datetime


async def _drawn(context: RequestContext, outcome: Outcome) -> Captcha:
    captcha_id = str(outcome["captcha"])
    picture = picture_of(await captcha_to_draw(context, captcha_id) or "")
    return Captcha(captcha_id, picture, datetime.fromisoformat(str(outcome["expiresAt"])))


@repeatable(_drawn)
async def show_captcha(context: RequestContext) -> Captcha:
    """TooManyAttemptsError."""
    expires_at = context.clock() + CAPTCHA_LIFETIME
    shown = {"captcha": await new_captcha(context, _visitor(context)), "expiresAt": expires_at.isoformat()}
    async with saving(context) as session:
        session.outcome = shown
    return await _drawn(context, shown)


async def _sent_before(_: RequestContext, outcome: Outcome) -> SentCode:
    return SentCode(str(outcome["code"]), datetime.fromisoformat(str(outcome["expiresAt"])))


@repeatable(_sent_before)
async def send_phone_code(context: RequestContext, new: NewPhone) -> SentCode:
    """RefusedError; NOT_FOUND outside the scope; TooManyAttemptsError, which also keeps anybody from trying phones."""
    phone = unicodedata.normalize("NFKC", new.phone).strip()
    if not is_mobile(phone):
        raise RefusedError(NOT_A_MOBILE)
    if not await answers_captcha(context, new.captcha_id, new.captcha_answer):
        raise RefusedError(WRONG_CAPTCHA)
    await context.limits.require(PHONE_CODE_PER_ACCOUNT, context.actor.subject)
    await require_sms(context, _visitor(context), CodePurpose.PHONE_CHANGE, phone)
    async with saving(context) as session:
        await held_member(session, context, KnownMember(new.member_id))
        account = await account_to_change(session, new.member_id)
        problems = list(problems_of_change(account, phone))
        if problems:
            raise RefusedError(*problems)
        sent = None if await is_registered(session, phone) else await _send(session, context, new.member_id, phone)
        told = told_values({"phone": phone, "outcome": "SENT" if sent else "TAKEN"})
        await session.audit(_entry(context, AuditKind.CREDENTIAL, "sendPhoneCode", new.member_id, **told))
        session.outcome = {"code": sent.id, "expiresAt": sent.expires_at.isoformat()} if sent else None
    if sent is None:
        raise RefusedError(PHONE_TAKEN)
    return sent


@repeatable(nothing)
async def change_registered_phone(context: RequestContext, member_id: int, code_id: str, typed: str) -> None:
    """RefusedError, after which a code that was right is still good; NOT_FOUND outside the scope."""
    await require_tries(context, _visitor(context))
    tried = TriedPhoneCode(code_id, context.actor.subject, member_id, hashed_code(typed, context.code_key))
    async with saving(context) as session:
        await held_member(session, context, KnownMember(member_id))
        account = await account_to_change(session, member_id)
        phone = await try_phone_code(session, tried, context.clock()) if can_be_stored(code_id) else None
        if phone is None:
            session.outcome = None
            operation = "changeRegisteredPhone"
            await session.audit(_entry(context, AuditKind.CREDENTIAL, operation, member_id, outcome="WRONG"))
        else:
            await _change(session, context, member_id, account, phone)
    if phone is None:
        raise RefusedError(WRONG_CODE)


async def _change(
    session: WriteSession, context: RequestContext, member_id: int, before: MemberAccountRecord | None, phone: str
) -> None:
    problems = list(problems_of_change(before, phone))
    if problems or before is None:
        raise RefusedError(*problems)
    try:
        await change_account(session, member_id, {"phone": phone})
    except PhoneTakenError:
        raise RefusedError(PHONE_TAKEN) from None
    told = {"before": told_values({"phone": before.phone}), "after": told_values({"phone": phone})}
    await session.audit(_entry(context, AuditKind.CHANGE, "changeRegisteredPhone", member_id, **told))


async def _send(session: WriteSession, context: RequestContext, member_id: int, phone: str) -> SentCode:
    code, sent = new_verification_code(), SentCode(token_urlsafe(16), context.clock() + LIFETIME)
    hashed = hashed_code(code, context.code_key)
    issued = IssuedPhoneCode(sent.id, context.actor.subject, member_id, phone, hashed, sent.expires_at)
    await issue_phone_code(session, issued)
    message = OutgoingMessage(
        key=f"{message_keys(member_id)}{sent.id}",
        recipient=phone,
        template="phone-change",
        body=phone_change_text(code, int(LIFETIME.total_seconds()) // 60),
        expires_at=sent.expires_at,
    )
    await queue_message(session, message)
    return sent


def _entry(context: RequestContext, kind: AuditKind, operation: str, member_id: int, **details: object) -> AuditRecord:
    """Phones are masked already."""
    return context.audited(kind, operation, target=f"Member:{member_id}", details=details)


def _visitor(context: RequestContext) -> Visitor:
    """Tries are counted by account, where a browser's are by its session."""
    return Visitor(f"account {context.actor.subject}", context.address, context.correlation_id)
