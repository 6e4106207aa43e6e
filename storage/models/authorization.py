from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import ClientKind, ClientState
from storage.models.base import Base, code_column, text_column


class Client(Base):
    """客户端 of the authorization server. Only partners have an organisation and secrets."""

    __tablename__ = "clients"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_id: Mapped[str] = mapped_column(text_column(), unique=True)
    kind: Mapped[str] = mapped_column(code_column(ClientKind, "client_kind"))
    name: Mapped[str] = mapped_column(text_column())
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(text_column()), server_default="{}")
    redirect_uris: Mapped[list[str]] = mapped_column(ARRAY(text_column()), server_default="{}")
    secret_hash: Mapped[str | None] = mapped_column(text_column())
    former_secret_hash: Mapped[str | None] = mapped_column(text_column())
    former_secret_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    state: Mapped[str] = mapped_column(code_column(ClientState, "client_state"))
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class Grant(Base):
    """授权: one sign-in of an account at a client, or of a partner; all tokens that come of it end with it."""

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(text_column(), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    session_hash: Mapped[str | None] = mapped_column(text_column(), index=True)
    scope: Mapped[str] = mapped_column(text_column())
    authenticated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    revoked_because: Mapped[str | None] = mapped_column(text_column())


class AuthorizationCode(Base):
    """授权码 of OAuth (RFC 6749, section 4.1), of which only the hash is kept; used ones stay until they expire."""

    __tablename__ = "authorization_codes"

    code_hash: Mapped[str] = mapped_column(text_column(), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    redirect_uri: Mapped[str] = mapped_column(text_column())
    code_challenge: Mapped[str] = mapped_column(text_column())
    nonce: Mapped[str | None] = mapped_column(text_column())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class RefreshToken(Base):
    """刷新令牌, of which only the hash is kept; a used one that comes again ends its grant."""

    __tablename__ = "refresh_tokens"

    token_hash: Mapped[str] = mapped_column(text_column(), primary_key=True)
    grant_id: Mapped[str] = mapped_column(ForeignKey("grants.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
