from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, SmallInteger, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import WebhookError, WebhookState
from storage.models.base import Base, code_column, text_column


class Webhook(Base):
    """推送 of a partner, of which it has one at most. Its secrets are sealed; nothing of what was sent is kept."""

    __tablename__ = "webhooks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    client_id: Mapped[int] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), unique=True)
    address: Mapped[str] = mapped_column(text_column())
    organization_id: Mapped[int | None] = mapped_column(BigInteger)
    """No foreign key: once it is gone the webhook stops, and is not widened."""

    types: Mapped[list[str]] = mapped_column(ARRAY(text_column()), server_default="{}")
    document: Mapped[str] = mapped_column(text_column())
    edition: Mapped[int] = mapped_column(server_default="1")
    state: Mapped[str] = mapped_column(code_column(WebhookState, "webhook_state"))
    series: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    batch_end: Mapped[int | None] = mapped_column(BigInteger)
    path: Mapped[str] = mapped_column(text_column())
    sphere: Mapped[str] = mapped_column(text_column())
    failures: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    next_attempt_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    delivered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    last_error: Mapped[str | None] = mapped_column(code_column(WebhookError, "webhook_error"))
    last_status: Mapped[int | None] = mapped_column(SmallInteger)
    last_fields: Mapped[list[str]] = mapped_column(ARRAY(text_column()), server_default="{}")
    test_asked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    test_answered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    test_error: Mapped[str | None] = mapped_column(code_column(WebhookError, "webhook_error"))
    test_status: Mapped[int | None] = mapped_column(SmallInteger)
    secret: Mapped[str] = mapped_column(text_column())
    former_secret: Mapped[str | None] = mapped_column(text_column())
    former_secret_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
