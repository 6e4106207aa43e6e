"""清理: what has expired goes, so that neither personal data nor tables outlive their use."""

from datetime import timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.orm import InstrumentedAttribute

from domain.codes import MessageState
from domain.idempotency import KEPT_FOR_HOURS
from storage.engine import Database
from storage.models import (
    AuthorizationCode,
    BrowserSession,
    Captcha,
    Check,
    Grant,
    IdempotencyKey,
    Message,
    PhoneCode,
    RateLimit,
    RefreshToken,
    VerificationCode,
)
from storage.models.base import Base

_AT_ONCE = timedelta()
_A_DAY = timedelta(days=1)
_MESSAGES_ARE_KEPT_FOR = timedelta(days=30)
_CHECKS_ARE_KEPT_FOR = timedelta(days=365)

# (table, the moment that counts, how long after it a row goes). A code of OAuth and a refresh token stay a while after
# they have expired, so that one which is used again is recognised; a grant takes its codes and tokens with it.
_GOES = (
    (Captcha, Captcha.expires_at, _AT_ONCE),
    (RateLimit, RateLimit.expires_at, _AT_ONCE),
    (VerificationCode, VerificationCode.expires_at, _A_DAY),
    (PhoneCode, PhoneCode.expires_at, _A_DAY),
    (BrowserSession, BrowserSession.expires_at, _A_DAY),
    (AuthorizationCode, AuthorizationCode.expires_at, _A_DAY),
    (RefreshToken, RefreshToken.expires_at, _A_DAY),
    (Grant, Grant.expires_at, _A_DAY),
    (IdempotencyKey, IdempotencyKey.created_at, timedelta(hours=KEPT_FOR_HOURS)),
    (Message, Message.created_at, _MESSAGES_ARE_KEPT_FOR),
    (Check, Check.ended_at, _CHECKS_ARE_KEPT_FOR),
)


async def clear_expired(database: Database) -> None:
    """Each table in a transaction of its own; safe to repeat, and for several at once."""
    await _fail_late_messages(database)
    for table, moment, later in _GOES:
        await _clear(database, table, moment, later)


async def _clear(
    database: Database, table: type[Base], moment: InstrumentedAttribute[object], later: timedelta
) -> None:
    async with database.writing() as session:
        await session.execute(delete(table).where(moment < func.now() - later))


async def _fail_late_messages(database: Database) -> None:
    """Those that nobody delivers have their text no longer than the others."""
    late = (Message.state == MessageState.PENDING.value, Message.expires_at < func.now())
    given_up = {"state": MessageState.FAILED.value, "last_error": "EXPIRED", "body": None}
    async with database.writing() as session:
        await session.execute(update(Message).where(*late).values(given_up))
