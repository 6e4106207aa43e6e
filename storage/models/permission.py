from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import Role, Tier, Visibility
from storage.models.base import Base, code_column, text_column


class PermissionVersion(Base):
    """权限细分表版本: one edit of the permission matrix."""

    __tablename__ = "permission_versions"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    changed_by: Mapped[str] = mapped_column(text_column())
    note: Mapped[str | None] = mapped_column(text_column())


class PermissionChange(Base):
    """What an edit made of one field for one role and tier; null where the default holds again."""

    __tablename__ = "permission_changes"

    version: Mapped[int] = mapped_column(ForeignKey("permission_versions.number"), primary_key=True)
    role: Mapped[str] = mapped_column(code_column(Role, "role"), primary_key=True)
    tier: Mapped[str] = mapped_column(code_column(Tier, "tier"), primary_key=True)
    field: Mapped[str] = mapped_column(text_column(), primary_key=True)
    read: Mapped[str | None] = mapped_column(code_column(Visibility, "visibility"))
    write: Mapped[bool | None]

    __table_args__ = (Index(None, "role", "tier", "field", "version"),)
