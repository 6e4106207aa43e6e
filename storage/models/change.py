from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, func
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import ChangeType
from storage.models.base import Base, code_column, text_column


class ChangeColumns:
    """What is kept of a change: to what, and where it is. Nothing personal: nothing to erase."""

    type: Mapped[str] = mapped_column(code_column(ChangeType, "change_type"))
    object_id: Mapped[int] = mapped_column(BigInteger)
    """Of the member, history member, organisation or request."""

    org_path: Mapped[str] = mapped_column(text_column())
    former_path: Mapped[str | None] = mapped_column(text_column())
    """Where it was, if it has moved."""

    columns: Mapped[list[str]] = mapped_column(ARRAY(text_column()))
    """Those that changed, in alphabetical order; none of what was added or is gone."""

    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class ChangeOutbox(ChangeColumns, Base):
    """待发变更: a change that is committed and has no position yet. Triggers write it, within the transaction."""

    __tablename__ = "change_outbox"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)


class ChangeEvent(ChangeColumns, Base):
    """变更事件, in the order of its position (`storage/changes`): that of the commits."""

    __tablename__ = "change_events"

    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    numbered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())

    __table_args__ = (Index(None, "numbered_at"),)


class ChangeFeed(Base):
    """变更流: one row, which whoever gives positions holds."""

    __tablename__ = "change_feed"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    series: Mapped[int] = mapped_column(BigInteger)
    """Another one for another register, so that a cursor of the one is not taken for one of the other."""

    position: Mapped[int] = mapped_column(BigInteger)
    """The last that was given."""

    forgotten: Mapped[int] = mapped_column(BigInteger)
    """The last that was cleared away; 0 when none was."""

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)
