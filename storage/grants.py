"""授权: what the tokens of accounts and partners stand on."""

from sqlalchemy import ColumnElement, func, update

from storage.models import Grant
from storage.writing import WriteSession


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
