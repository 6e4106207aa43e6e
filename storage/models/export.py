from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import ExportFailure, ExportFormat, ExportState, QuerySubject, Role
from storage.models.base import Base, code_column, text_column


class Export(Base):
    """导出: the result of a query, written when it is downloaded or, if it is large, by a job."""

    __tablename__ = "exports"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    requested_by: Mapped[str] = mapped_column(text_column())
    role: Mapped[str] = mapped_column(code_column(Role, "role"))
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    scope: Mapped[str] = mapped_column(text_column())
    """The path of that organisation, then."""

    subject: Mapped[str] = mapped_column(code_column(QuerySubject, "query_subject"))
    format: Mapped[str] = mapped_column(code_column(ExportFormat, "export_format"))
    language: Mapped[str] = mapped_column(text_column())
    question: Mapped[str] = mapped_column(text_column())
    """Sealed: names and numbers are looked for by it."""

    is_job: Mapped[bool]
    state: Mapped[str] = mapped_column(code_column(ExportState, "export_state"))
    begun: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)
    rows_total: Mapped[int]
    size: Mapped[int | None] = mapped_column(BigInteger)
    object_key: Mapped[str | None] = mapped_column(text_column(), index=True)
    masked: Mapped[list[str]] = mapped_column(ARRAY(text_column()))
    failure: Mapped[str | None] = mapped_column(code_column(ExportFailure, "export_failure"))
    requested_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)

    __table_args__ = (Index(None, "requested_by", "id"),)
