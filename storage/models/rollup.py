from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, SmallInteger
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import (
    Education,
    Ethnicity,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    WorkPosition,
)
from storage.models.base import Base, code_column, text_column


class Rollup(Base):
    """汇总: an organisation for which is counted in advance, by single columns and perhaps by pairs of them."""

    __tablename__ = "rollups"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organizations.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    by_pairs: Mapped[bool]


class RollupCount(Base):
    """汇总数: of one place of a rolled-up organisation, how many members have which marks (`domain/rollups.py`).

    A place is a child with all below it, or the organisation itself for those who hang on it directly.
    """

    __tablename__ = "rollup_counts"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("rollups.organization_id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    combination: Mapped[str] = mapped_column(text_column(), primary_key=True)
    place_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    counts: Mapped[dict[str, int]] = mapped_column(JSONB)


class RollupDay(Base):
    """汇总日: the day on which the ages in the counts are as told. One row, from the first counting on.

    `sized_on` is when it was last looked which organisations are large enough.
    """

    __tablename__ = "rollup_day"

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    day: Mapped[date]
    sized_on: Mapped[date | None]

    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)


class MemberDelta(Base):
    """党员增量: what a transaction adds to the numbers (`change` 1) or takes from them (-1), not yet in the counts.

    Triggers of `members` write them, so that nothing that changes a member can forget to.
    """

    __tablename__ = "member_deltas"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    change: Mapped[int] = mapped_column(SmallInteger)
    org_path: Mapped[str] = mapped_column(text_column())
    birth_date: Mapped[date | None]
    category: Mapped[str] = mapped_column(code_column(MemberCategory, "member_category"))
    education: Mapped[str | None] = mapped_column(code_column(Education, "education"))
    ethnicity: Mapped[str | None] = mapped_column(code_column(Ethnicity, "ethnicity"))
    floating: Mapped[bool]
    gender: Mapped[str] = mapped_column(code_column(Gender, "gender"))
    joined_on: Mapped[date | None]
    lost_contact: Mapped[bool]
    real_name_status: Mapped[str] = mapped_column(code_column(RealNameStatus, "real_name_status"))
    status: Mapped[str] = mapped_column(code_column(MembershipStatus, "membership_status"))
    work_position: Mapped[str] = mapped_column(code_column(WorkPosition, "work_position"))

    __table_args__ = (Index(None, "org_path"),)
