from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import QuerySubject
from storage.models.base import Base, code_column, text_column


class SavedQuery(Base):
    """常用查询: what somebody asks again and again. The question is sealed: names and numbers are looked for by it."""

    __tablename__ = "saved_queries"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    owner: Mapped[str] = mapped_column(text_column())
    """The subject of whoever saved it."""

    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    name: Mapped[str] = mapped_column(text_column())
    subject: Mapped[str] = mapped_column(code_column(QuerySubject, "query_subject"))
    is_shared: Mapped[bool]
    question: Mapped[str] = mapped_column(text_column())
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))

    __table_args__ = (
        UniqueConstraint("owner", "name"),
        Index("ix_saved_queries_shared", "organization_id", postgresql_where=text("is_shared")),
    )
