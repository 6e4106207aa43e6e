"""登录会话: who is signed in at a browser. Of its cookie the database knows the hash alone."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.codes import AccountState, Role
from domain.secrets import hashed_secret
from storage.engine import Database
from storage.models import Account, BrowserSession
from storage.writing import WriteSession

SESSION_LIFETIME = timedelta(hours=12)
"""A working day; the second factor is asked for again after it."""


_WHO: tuple[InstrumentedAttribute[Any], ...] = (
    Account.id,
    Account.subject,
    Account.role,
    Account.organization_id,
    BrowserSession.signed_in_at,
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account whose both factors were right."""

    account_id: int
    subject: str
    role: Role
    organization_id: int
    signed_in_at: datetime


def session_hash(session_token: str) -> str:
    """Under which a session is kept, and which the grants that come of it bear."""
    return hashed_secret(session_token)


async def signed_in_account(database: Database, session_token: str, now: datetime) -> SignedIn | None:
    """None for a cookie that is unknown, expired, or whose account may no longer sign in."""
    found = (
        select(*_WHO)
        .join_from(BrowserSession, Account, Account.id == BrowserSession.account_id)
        .where(
            BrowserSession.id_hash == session_hash(session_token),
            BrowserSession.expires_at > now,
            Account.state == AccountState.ACTIVE.value,
        )
    )
    row = await database.row(found)
    return None if row is None else SignedIn(row[0], row[1], Role[row[2]], row[3], row[4])


async def begin_session(session: WriteSession, session_token: str, account_id: int, now: datetime) -> None:
    """The token must be a fresh one: what was known before a sign-in is worth nothing after it."""
    values = {
        "id_hash": session_hash(session_token),
        "account_id": account_id,
        "signed_in_at": now,
        "created_at": now,
        "expires_at": now + SESSION_LIFETIME,
    }
    await session.execute(insert(BrowserSession).values(values))


async def end_session(session: WriteSession, id_hash: str) -> int | None:
    """The account that was signed in, if one was. By the hash, which is all that a grant knows of the session."""
    ended = delete(BrowserSession).where(BrowserSession.id_hash == id_hash)
    row = await session.row(ended.returning(BrowserSession.account_id))
    return None if row is None else row[0]


async def end_sessions_of_account(session: WriteSession, account_id: int) -> int:
    """Every browser has to sign in anew. The grants are `storage.grants.revoke_grants_of_account`'s to end."""
    return await session.execute(delete(BrowserSession).where(BrowserSession.account_id == account_id))
