from datetime import datetime

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, text_column


class IdempotencyKey(Base):
    """幂等键: what came of a mutation, written in its transaction. Of key and input there are only keyed hashes."""

    __tablename__ = "idempotency_keys"

    subject: Mapped[str] = mapped_column(text_column(), primary_key=True)
    operation: Mapped[str] = mapped_column(text_column(), primary_key=True)
    key_hash: Mapped[str] = mapped_column(text_column(), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fingerprint: Mapped[str] = mapped_column(text_column())
    outcome: Mapped[dict[str, int] | None] = mapped_column(JSONB)
    """Never missing in what is committed."""
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now(), index=True)
