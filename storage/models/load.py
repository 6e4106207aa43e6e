from datetime import date, datetime

from sqlalchemy import BigInteger, Identity, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class Load(Base):
    """装载: a synthetic province that was loaded; one that has no end was interrupted and left a half register."""

    __tablename__ = "loads"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    members: Mapped[int] = mapped_column(BigInteger)
    seed: Mapped[int] = mapped_column(BigInteger)
    day: Mapped[date]
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
