from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import Channel, MessageState
from storage.models.base import Base, code_column, text_column


class Message(Base):
    """消息: what is to be delivered, written in the transaction that wants it so. Its text goes with its delivery."""

    __tablename__ = "messages"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    key: Mapped[str] = mapped_column(text_column(), unique=True)
    channel: Mapped[str] = mapped_column(code_column(Channel, "channel"))
    recipient: Mapped[str] = mapped_column(text_column())
    template: Mapped[str] = mapped_column(text_column())
    body: Mapped[str | None] = mapped_column(text_column())
    state: Mapped[str] = mapped_column(code_column(MessageState, "message_state"))
    attempts: Mapped[int] = mapped_column(server_default="0")
    last_error: Mapped[str | None] = mapped_column(text_column())
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now(), index=True)
    expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    __table_args__ = (Index("ix_messages_pending", "expires_at", postgresql_where=text("state = 'PENDING'")),)
