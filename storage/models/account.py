from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import AccountState, CodePurpose, Role
from storage.models.base import Base, code_column, text_column

_NOT_REVOKED = text("state <> 'REVOKED'")


class Account(Base):
    """账号: someone who signs in. A person, told by identity number, holds at most one that is not revoked.

    `org_path` is that of the organisation; a trigger keeps it so.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    subject: Mapped[str] = mapped_column(text_column(), unique=True)
    name: Mapped[str] = mapped_column(text_column())
    identity_number: Mapped[str] = mapped_column(text_column())
    phone: Mapped[str] = mapped_column(text_column())
    role: Mapped[str] = mapped_column(code_column(Role, "role"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"), index=True)
    org_path: Mapped[str] = mapped_column(text_column())
    state: Mapped[str] = mapped_column(code_column(AccountState, "account_state"))
    password_hash: Mapped[str | None] = mapped_column(text_column())
    password_set_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    activated_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    signed_in_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    failed_attempts: Mapped[int] = mapped_column(server_default="0")
    locked_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())

    __table_args__ = (
        CheckConstraint("role <> 'PARTNER'", name="is_a_person"),
        Index("uq_accounts_identity_number", "identity_number", unique=True, postgresql_where=_NOT_REVOKED),
        Index("uq_accounts_phone", "phone", unique=True, postgresql_where=_NOT_REVOKED),
        Index(None, "org_path", "id"),
    )


class ActivationCode(Base):
    """授权码 of an account that has not been activated; only the last one issued is good.

    `message_key` is that of the message by which it was sent.
    """

    __tablename__ = "activation_codes"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(text_column())
    issued_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    message_key: Mapped[str | None] = mapped_column(text_column())


class VerificationCode(Base):
    """验证码: six digits sent to a phone. One that nobody will receive has no account, and is checked all the same.

    It is good for the browser that asked for it alone. Once used it stands for the phone that was verified, until what
    it was wanted for is done or has been tried too often.
    """

    __tablename__ = "verification_codes"

    id: Mapped[str] = mapped_column(text_column(), primary_key=True)
    purpose: Mapped[str] = mapped_column(code_column(CodePurpose, "code_purpose"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    session_hash: Mapped[str | None] = mapped_column(text_column(), index=True)
    code_hash: Mapped[str] = mapped_column(text_column())
    issued_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
    tries: Mapped[int] = mapped_column(server_default="0")
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    tries_after_use: Mapped[int] = mapped_column(server_default="0")
    spent_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class Captcha(Base):
    """图形验证码: a picture that was shown; its row goes with the first answer."""

    __tablename__ = "captchas"

    id: Mapped[str] = mapped_column(text_column(), primary_key=True)
    answer_hash: Mapped[str] = mapped_column(text_column())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)


class BrowserSession(Base):
    """登录会话: a browser at the sign-in pages, known by its cookie; it has an account once both factors were right."""

    __tablename__ = "browser_sessions"

    id_hash: Mapped[str] = mapped_column(text_column(), primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    signed_in_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
