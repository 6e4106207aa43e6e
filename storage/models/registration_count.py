from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base


class RegistrationCount(Base):
    """注册统计 of an organisation with all below it, as it was at the last counting (`storage/registrations.py`)."""

    __tablename__ = "registration_counts"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    members: Mapped[int]
    registered: Mapped[int]
    counted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
