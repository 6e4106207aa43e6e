from datetime import datetime

from sqlalchemy import ARRAY, BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import CheckState
from storage.models.base import Base, code_column, text_column


class ValidationResult(Base):
    """校验结果: one breach of one rule by one current member.

    `org_path` is the member's, so that a report reads breaches alone. No foreign key names the member: the lock that it
    takes on the member's row would let a check and a save wait for each other (`storage/validation.py`).
    """

    __tablename__ = "validation_results"

    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(text_column(), primary_key=True)
    org_path: Mapped[str] = mapped_column(text_column())
    found_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    """When it was found first: what stands when it is looked for again keeps it."""

    __table_args__ = (Index(None, "org_path", "member_id", "rule"),)


class Check(Base):
    """批量信息校验: a job that checks all members of an organisation's subtree against some rules, chunk by chunk.

    `path_done` and `id_done` are the place in the order of the tree up to which it has come.
    """

    __tablename__ = "checks"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    org_path: Mapped[str] = mapped_column(text_column())
    rules: Mapped[list[str]] = mapped_column(ARRAY(text_column()))
    state: Mapped[str] = mapped_column(code_column(CheckState, "check_state"))
    members_done: Mapped[int] = mapped_column(default=0)
    members_total: Mapped[int] = mapped_column(default=0)
    path_done: Mapped[str] = mapped_column(text_column(), default="")
    id_done: Mapped[int] = mapped_column(BigInteger, default=0)
    started_by: Mapped[str | None] = mapped_column(text_column())
    """The subject of whoever started it; NULL for those of every night."""

    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    __table_args__ = (
        Index(
            "uq_checks_under_way",
            "organization_id",
            unique=True,
            postgresql_where=text("state IN ('QUEUED', 'RUNNING')"),
        ),
        Index(None, "org_path", "id"),
    )
