"""授权: what the tokens of accounts and partners stand on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select, update

from storage.models import Grant
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class NewGrant:
    """`account_id` and `session_hash` are of the person who signed in; None for a partner."""

    id: str
    client_number: int
    account_id: int | None
    session_hash: str | None
    scope: str
    authenticated_at: datetime
    expires_at: datetime


async def begin_grant(session: WriteSession, grant: NewGrant, now: datetime) -> None:
    values = {
        "id": grant.id,
        "client_id": grant.client_number,
        "account_id": grant.account_id,
        "session_hash": grant.session_hash,
        "scope": grant.scope,
        "authenticated_at": grant.authenticated_at,
        "created_at": now,
        "expires_at": grant.expires_at,
    }
    await session.execute(insert(Grant).values(values))


async def prolong_grant(session: WriteSession, grant_id: str, expires_at: datetime) -> None:
    await session.execute(update(Grant).where(Grant.id == grant_id).values(expires_at=expires_at))


async def revoke_grant(session: WriteSession, grant_id: str, because: str) -> int:
    """As `revoke_grants_of_account`, for one grant: 1 unless it had been revoked before."""
    return await _revoke(session, Grant.id == grant_id, because)


async def revoke_grants_of_account(session: WriteSession, account_id: int, because: str) -> int:
    """Every token of the account is refused from the commit on, within a second. `because` is a fixed phrase."""
    return await _revoke(session, Grant.account_id == account_id, because)


async def revoke_grants_of_client(session: WriteSession, client_number: int, because: str) -> int:
    """As above, for all tokens that were given to the client with that number."""
    return await _revoke(session, Grant.client_id == client_number, because)


async def revoke_grants_of_session(session: WriteSession, session_hash: str, because: str) -> int:
    """As above, for all tokens that came of one sign-in at a browser."""
    return await _revoke(session, Grant.session_hash == session_hash, because)


async def _revoke(session: WriteSession, which: ColumnElement[bool], because: str) -> int:
    changed = {"revoked_at": func.now(), "revoked_because": because}
    return await session.execute(update(Grant).where(which, Grant.revoked_at.is_(None)).values(changed))


async def session_hash_of_grant(session: WriteSession, grant_id: str) -> str | None:
    """The hash of the browser's session that the grant came of, if it came of one."""
    row = await session.row(select(Grant.session_hash).where(Grant.id == grant_id))
    return None if row is None else row[0]
