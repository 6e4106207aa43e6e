from datetime import datetime

from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, text_column


class RateLimit(Base):
    """频率限制: how often something was tried in a window of time. Keys hold hashes, no phone or identity number."""

    __tablename__ = "rate_limits"

    key: Mapped[str] = mapped_column(text_column(), primary_key=True)
    count: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    __table_args__ = {"prefixes": ["UNLOGGED"]}  # noqa: RUF012 # SQLAlchemy declares it so
