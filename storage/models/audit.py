from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import AuditKind, Role
from storage.models.base import Base, code_column, text_column


class AuditEntry(Base):
    """审计记录: never changed nor deleted, which a trigger and the server's database role see to.

    Each writer's entries are numbered without gaps and chained by `hash` (see `domain/audit.py`).
    """

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    writer: Mapped[str] = mapped_column(text_column())
    number: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    kind: Mapped[str] = mapped_column(code_column(AuditKind, "audit_kind"))
    actor: Mapped[str] = mapped_column(text_column())
    role: Mapped[str | None] = mapped_column(code_column(Role, "role"))
    organization_id: Mapped[int | None] = mapped_column(BigInteger)
    org_path: Mapped[str] = mapped_column(text_column())
    operation: Mapped[str | None] = mapped_column(text_column())
    target: Mapped[str | None] = mapped_column(text_column())
    correlation_id: Mapped[str] = mapped_column(text_column())
    address: Mapped[str | None] = mapped_column(text_column())
    details: Mapped[dict[str, Any]] = mapped_column(JSONB)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (
        UniqueConstraint("writer", "number"),
        Index(None, "at"),
        Index(None, "org_path", "at"),
        Index(None, "actor", "at"),
        Index(None, "kind", "at"),
        Index(None, "target", "at", postgresql_where=text("target IS NOT NULL")),
        Index(None, "correlation_id"),
    )
