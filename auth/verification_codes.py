"""验证码: sending six digits to a phone, and trying them."""

from datetime import timedelta
from secrets import token_urlsafe

from auth.desk import CodeDesk, Desk, Visitor
from auth.one_time_codes import hashed_code, new_verification_code
from auth.rate_limits import (
    SMS_PER_ADDRESS,
    SMS_PER_PHONE,
    SMS_PER_SESSION,
    VERIFICATION_PER_ADDRESS,
    VERIFICATION_PER_SESSION,
)
from domain.codes import CodePurpose
from domain.errors import Message, Problem
from domain.messages import verification_text
from storage.messages import OutgoingMessage, queue_message_if
from storage.sign_in import AccountAtTheDoor
from storage.verification_codes import IssuedCode, TriedCode, issue_code, try_code
from storage.writing import WriteSession

LIFETIME = timedelta(minutes=5)

WRONG_CODE = Problem(
    "WRONG_VERIFICATION_CODE",
    Message(
        "验证码不正确、已过期或已使用。每个验证码最多可尝试 5 次，请核对或重新获取。",
        "The code is wrong, has expired or was used. Each may be tried 5 times; check it or ask for another.",
    ),
    ("code",),
)


async def require_sms(desk: CodeDesk, visitor: Visitor, purpose: CodePurpose, phone: str) -> None:
    """TooManyAttemptsError when too many were sent, or would have been, were the phone anybody's."""
    await desk.limits.require(SMS_PER_ADDRESS, visitor.network)
    await desk.limits.require(SMS_PER_SESSION, visitor.session_hash)
    await desk.limits.require(SMS_PER_PHONE, purpose.value, phone)


async def send_code(
    desk: Desk, session: WriteSession, visitor: Visitor, purpose: CodePurpose, recipient: AccountAtTheDoor | None
) -> None:
    """To the recipient's phone. For nobody all is done but the sending."""
    code, code_id, now = new_verification_code(), token_urlsafe(16), desk.clock()
    issued = IssuedCode(
        id=code_id,
        purpose=purpose,
        account_id=recipient.id if recipient else None,
        session_hash=visitor.session_hash,
        code_hash=hashed_code(code, desk.code_key),
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    await issue_code(session, issued)
    message = OutgoingMessage(
        key=f"verification-code/{code_id}",
        recipient=recipient.phone if recipient else "-",
        template="verification-code",
        body=verification_text(purpose, code, int(LIFETIME.total_seconds()) // 60),
        expires_at=issued.expires_at,
    )
    await queue_message_if(recipient is not None, session, message)


async def require_tries(desk: CodeDesk, visitor: Visitor) -> None:
    """Counts a try of a code; TooManyAttemptsError."""
    await desk.limits.require(VERIFICATION_PER_ADDRESS, visitor.network)
    await desk.limits.require(VERIFICATION_PER_SESSION, visitor.session_hash)


async def tried_code(
    desk: Desk, session: WriteSession, visitor: Visitor, purpose: CodePurpose, typed: str
) -> TriedCode | None:
    """See `storage.verification_codes.try_code`."""
    return await try_code(session, visitor.session_hash, purpose, hashed_code(typed, desk.code_key), desk.clock())
