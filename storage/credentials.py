"""凭据: authorization codes and refresh tokens, of which the database knows the hashes alone.

Each is good once. One that comes again is told from one that never was, because used ones stay for a while
(`storage/expired.py`).
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from storage.models import AuthorizationCode, Client, Grant, RefreshToken
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class NewCode:
    code_hash: str
    grant_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeRecord:
    """An authorization code: what it was given for, and whether it is still good."""

    code_hash: str
    grant_id: str
    client_id: str
    scope: str
    redirect_uri: str
    code_challenge: str
    nonce: str | None
    authenticated_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class RefreshTokenRecord:
    token_hash: str
    grant_id: str
    client_id: str
    scope: str
    expires_at: datetime
    used_at: datetime | None


async def add_code(session: WriteSession, code: NewCode) -> None:
    await session.execute(insert(AuthorizationCode).values(asdict(code)))


async def code_with_hash(session: WriteSession, code_hash: str) -> CodeRecord | None:
    """Locked until the transaction ends: of two that bring the same code, the second finds it used."""
    found = (
        select(
            AuthorizationCode.code_hash,
            AuthorizationCode.grant_id,
            Client.client_id,
            Grant.scope,
            AuthorizationCode.redirect_uri,
            AuthorizationCode.code_challenge,
            AuthorizationCode.nonce,
            Grant.authenticated_at,
            AuthorizationCode.expires_at,
            AuthorizationCode.used_at,
        )
        .join(Grant, Grant.id == AuthorizationCode.grant_id)
        .join(Client, Client.id == Grant.client_id)
        .where(AuthorizationCode.code_hash == code_hash)
        .with_for_update(of=AuthorizationCode)
    )
    row = await session.row(found)
    return None if row is None else CodeRecord(*row)


async def use_code(session: WriteSession, code_hash: str, now: datetime) -> None:
    used = update(AuthorizationCode).where(AuthorizationCode.code_hash == code_hash)
    await session.execute(used.values(used_at=now))


async def add_refresh_token(
    session: WriteSession, token_hash: str, grant_id: str, now: datetime, expires_at: datetime
) -> None:
    values = {"token_hash": token_hash, "grant_id": grant_id, "created_at": now, "expires_at": expires_at}
    await session.execute(insert(RefreshToken).values(values))


async def refresh_token_with_hash(session: WriteSession, token_hash: str) -> RefreshTokenRecord | None:
    """Locked until the transaction ends, as a code."""
    found = (
        select(
            RefreshToken.token_hash,
            RefreshToken.grant_id,
            Client.client_id,
            Grant.scope,
            RefreshToken.expires_at,
            RefreshToken.used_at,
        )
        .join(Grant, Grant.id == RefreshToken.grant_id)
        .join(Client, Client.id == Grant.client_id)
        .where(RefreshToken.token_hash == token_hash)
        .with_for_update(of=RefreshToken)
    )
    row = await session.row(found)
    return None if row is None else RefreshTokenRecord(*row)


async def use_refresh_token(session: WriteSession, token_hash: str, now: datetime) -> None:
    await session.execute(update(RefreshToken).where(RefreshToken.token_hash == token_hash).values(used_at=now))
