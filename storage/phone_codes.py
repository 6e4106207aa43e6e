"""更换手机号验证码: six digits sent to the phone that a member's account is to have."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import case, delete, insert, null, update

from storage.models import PhoneCode
from storage.verification_codes import MOST_TRIES
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class IssuedPhoneCode:
    """`subject` is whoever asked for it, and alone may use it."""

    id: str
    subject: str
    member_id: int
    phone: str
    code_hash: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TriedPhoneCode:
    """What somebody typed in, and where."""

    id: str
    subject: str
    member_id: int
    code_hash: str


async def issue_phone_code(session: WriteSession, code: IssuedPhoneCode) -> None:
    """Replaces whatever the same person was sent for this member before."""
    former = (PhoneCode.subject == code.subject, PhoneCode.member_id == code.member_id)
    await session.execute(delete(PhoneCode).where(*former))
    await session.execute(insert(PhoneCode).values({**asdict(code), "tries": 0}))


async def try_phone_code(session: WriteSession, tried: TriedPhoneCode, now: datetime) -> str | None:
    """The phone that it was sent to, once; None for a wrong code, and when there is none that may be tried.

    One statement counts the try and uses the code up, so that of tries at the same moment one can be right.
    """
    statement = (
        update(PhoneCode)
        .where(
            PhoneCode.id == tried.id,
            PhoneCode.subject == tried.subject,
            PhoneCode.member_id == tried.member_id,
            PhoneCode.used_at.is_(None),
            PhoneCode.tries < MOST_TRIES,
            PhoneCode.expires_at > now,
        )
        .values(tries=PhoneCode.tries + 1, used_at=case((PhoneCode.code_hash == tried.code_hash, now), else_=null()))
        .returning(PhoneCode.used_at, PhoneCode.phone)
    )
    row = await session.row(statement)
    return None if row is None or row[0] is None else row[1]
