"""验证码: six-digit codes sent to phones, each good once, for the browser that asked for it, and for so many tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, insert, null, select, update
from sqlalchemy.orm import InstrumentedAttribute

from domain.codes import CodePurpose
from storage.engine import Database
from storage.models import VerificationCode
from storage.writing import WriteSession

MOST_TRIES = 5
"""Of a code; and of what follows it, once the code was right."""

NOBODY = -1
"""An account id that no account has: statements about nobody do the work of those about somebody."""


_ACCOUNT: tuple[InstrumentedAttribute[Any], ...] = (VerificationCode.account_id,)


@dataclass(frozen=True, slots=True)
class IssuedCode:
    """`account_id` is None when nobody will receive it: it is tried like any other, and never right."""

    id: str
    purpose: CodePurpose
    account_id: int | None
    session_hash: str
    code_hash: str
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TriedCode:
    right: bool
    account_id: int | None


async def issue_code(session: WriteSession, code: IssuedCode) -> None:
    """Replaces whatever the browser was sent for this purpose before."""
    await session.execute(
        delete(VerificationCode).where(
            VerificationCode.session_hash == code.session_hash, VerificationCode.purpose == code.purpose.value
        )
    )
    values = {
        "id": code.id,
        "purpose": code.purpose.value,
        "account_id": code.account_id,
        "session_hash": code.session_hash,
        "code_hash": code.code_hash,
        "issued_at": code.issued_at,
        "expires_at": code.expires_at,
    }
    await session.execute(insert(VerificationCode).values(values))


async def try_code(
    session: WriteSession, session_hash: str, purpose: CodePurpose, code_hash: str, now: datetime
) -> TriedCode | None:
    """None when there is no code to try: never asked for, expired, used, or tried too often.

    One statement counts the try and uses the code up, so that of tries at the same moment one can be right.
    """
    is_right = (VerificationCode.code_hash == code_hash) & VerificationCode.account_id.is_not(None)
    tried = (
        update(VerificationCode)
        .where(
            VerificationCode.session_hash == session_hash,
            VerificationCode.purpose == purpose.value,
            VerificationCode.used_at.is_(None),
            VerificationCode.tries < MOST_TRIES,
            VerificationCode.expires_at > now,
        )
        .values(tries=VerificationCode.tries + 1, used_at=case((is_right, now), else_=null()))
        .returning(VerificationCode.used_at, VerificationCode.account_id)
    )
    row = await session.row(tried)
    return None if row is None else TriedCode(row[0] is not None, row[1])


async def try_to_finish(
    session: WriteSession, session_hash: str, purpose: CodePurpose, now: datetime, within: timedelta
) -> int | None:
    """The account whose phone was verified in this browser; counts a try of what follows that.

    None when the verification is too long ago, is spent, or has been tried for too often.
    """
    tried = (
        update(VerificationCode)
        .where(*_verified(session_hash, purpose, now, within))
        .values(tries_after_use=VerificationCode.tries_after_use + 1)
        .returning(VerificationCode.account_id)
    )
    row = await session.row(tried)
    return None if row is None else row[0]


async def spend_verification(session: WriteSession, session_hash: str, purpose: CodePurpose, now: datetime) -> None:
    """What the phone was verified for is done."""
    await session.execute(
        update(VerificationCode)
        .where(VerificationCode.session_hash == session_hash, VerificationCode.purpose == purpose.value)
        .values(spent_at=now)
    )


async def awaits_code(database: Database, session_hash: str, purpose: CodePurpose, now: datetime) -> bool:
    """Whether a code was asked for in this browser that has not expired nor been used."""
    found = select(VerificationCode.id).where(
        VerificationCode.session_hash == session_hash,
        VerificationCode.purpose == purpose.value,
        VerificationCode.used_at.is_(None),
        VerificationCode.expires_at > now,
    )
    return await database.row(found) is not None


async def awaited_account(database: Database, session_hash: str, purpose: CodePurpose, now: datetime) -> int | None:
    """For whom that code is, while it may still be tried."""
    found = select(*_ACCOUNT).where(
        VerificationCode.session_hash == session_hash,
        VerificationCode.purpose == purpose.value,
        VerificationCode.used_at.is_(None),
        VerificationCode.tries < MOST_TRIES,
        VerificationCode.expires_at > now,
    )
    row = await database.row(found)
    return None if row is None else row[0]


async def verified_account(
    database: Database, session_hash: str, purpose: CodePurpose, now: datetime, within: timedelta
) -> int | None:
    """Whom `try_to_finish` would find."""
    found = select(*_ACCOUNT).where(*_verified(session_hash, purpose, now, within))
    row = await database.row(found)
    return None if row is None else row[0]


def _verified(session_hash: str, purpose: CodePurpose, now: datetime, within: timedelta) -> list[ColumnElement[bool]]:
    return [
        VerificationCode.session_hash == session_hash,
        VerificationCode.purpose == purpose.value,
        VerificationCode.used_at > now - within,
        VerificationCode.spent_at.is_(None),
        VerificationCode.tries_after_use < MOST_TRIES,
    ]
