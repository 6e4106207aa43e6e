from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import HistoryKind, RequestKind, RequestState
from storage.models.base import Base, code_column, text_column
from storage.models.member import MemberColumns

ENTERS_WITH = "(changes -> 'identity_number') ->> 1"
"""The identity number of who enters by a request."""


class ApprovalRequest(Base):
    """审批申请. Of a member, and of an identity number that enters, there is one at most that is pending."""

    __tablename__ = "approval_requests"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str] = mapped_column(code_column(RequestKind, "request_kind"))
    state: Mapped[str] = mapped_column(code_column(RequestState, "request_state"))
    member_id: Mapped[int | None] = mapped_column(BigInteger)
    """None until somebody has entered by it."""

    member_name: Mapped[str] = mapped_column(text_column())
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Column of the member → [what stood there, what is to], as `domain/approvals/changes.py` keeps it."""

    branch_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    org_path: Mapped[str] = mapped_column(text_column())
    reason: Mapped[str] = mapped_column(text_column())
    requested_by: Mapped[str] = mapped_column(text_column())
    requested_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    requester_organization_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    requester_path: Mapped[str] = mapped_column(text_column())
    decided_by: Mapped[str | None] = mapped_column(text_column())
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    decider_organization_id: Mapped[int | None] = mapped_column(ForeignKey("organizations.id"))
    opinion: Mapped[str | None] = mapped_column(text_column())
    restored_by: Mapped[str | None] = mapped_column(text_column())
    restored_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    restored_because: Mapped[str | None] = mapped_column(text_column())
    purged_by: Mapped[str | None] = mapped_column(text_column())
    purged_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    purged_because: Mapped[str | None] = mapped_column(text_column())
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("uq_approval_requests_pending", "member_id", unique=True, postgresql_where=text("state = 'PENDING'")),
        Index(
            "uq_approval_requests_entering",
            text(f"({ENTERS_WITH})"),
            unique=True,
            postgresql_where=text("state = 'PENDING' AND member_id IS NULL"),
        ),
        Index("ix_approval_requests_entered", text(f"({ENTERS_WITH})"), postgresql_where=text("changes IS NOT NULL")),
        Index(None, "member_id"),
        Index(None, "org_path", "id"),
        Index(None, "requester_path", "id"),
        Index("ix_approval_requests_to_decide", "org_path", "id", postgresql_where=text("state = 'PENDING'")),
    )


class HistoryMember(MemberColumns, Base):
    """历史党员: the whole record of someone who is a member no more, under the id that it had."""

    __tablename__ = "history_members"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(code_column(HistoryKind, "history_kind"))
    archived_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    reason: Mapped[str] = mapped_column(text_column())
    request_id: Mapped[int] = mapped_column(ForeignKey("approval_requests.id"))

    __table_args__ = (
        Index(None, "org_path", "kind", "archived_at", "id"),
        Index(None, "kind", "archived_at", "id"),
        Index(None, "identity_number"),
        Index(None, "name"),
    )
