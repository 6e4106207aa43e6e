from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import (
    Education,
    Ethnicity,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    WorkPosition,
)
from storage.models.base import Base, code_column, text_column


class MemberColumns:
    """What is kept of a member, current or not."""

    branch_id: Mapped[int] = mapped_column(ForeignKey("organizations.id"))
    org_path: Mapped[str] = mapped_column(text_column())
    name: Mapped[str] = mapped_column(text_column())
    name_pinyin: Mapped[str] = mapped_column(text_column())
    name_initials: Mapped[str] = mapped_column(text_column())
    identity_number: Mapped[str] = mapped_column(text_column())
    gender: Mapped[str] = mapped_column(code_column(Gender, "gender"))
    ethnicity: Mapped[str | None] = mapped_column(code_column(Ethnicity, "ethnicity"))
    birth_date: Mapped[date | None]
    education: Mapped[str | None] = mapped_column(code_column(Education, "education"))
    category: Mapped[str] = mapped_column(code_column(MemberCategory, "member_category"))
    joined_on: Mapped[date | None]
    formal_on: Mapped[date | None]
    work_position: Mapped[str] = mapped_column(code_column(WorkPosition, "work_position"))
    phone: Mapped[str | None] = mapped_column(text_column())
    home_address: Mapped[str | None] = mapped_column(text_column())
    status: Mapped[str] = mapped_column(code_column(MembershipStatus, "membership_status"))
    lost_contact: Mapped[bool] = mapped_column(default=False)
    lost_contact_since: Mapped[date | None]
    floating: Mapped[bool] = mapped_column(default=False)
    floating_direction: Mapped[str | None] = mapped_column(code_column(FloatingDirection, "floating_direction"))
    real_name_status: Mapped[str] = mapped_column(code_column(RealNameStatus, "real_name_status"))
    transfer_in_progress: Mapped[bool] = mapped_column(default=False)
    photo: Mapped[str | None] = mapped_column("photo_key", text_column())
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class Member(MemberColumns, Base):
    """党员: a current member. What old records may lack is nullable here; the saving rules ask for it.

    Each column that can be searched or ordered by has one index on (column, id), which serves both and gives
    keyset pages a total order.
    """

    __tablename__ = "members"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)

    __table_args__ = (
        Index(None, "org_path", "id"),
        Index(None, "branch_id"),
        Index(None, "name", "id"),
        Index("ix_members_pinyin_order", "name_pinyin", "name", "id"),
        Index(None, "name_initials"),
        Index("ix_members_name_reversed", text("reverse(name)")),
        Index("ix_members_name_grams", text("text_grams(name)"), postgresql_using="gin"),
        Index(None, "identity_number", "id"),
        Index("ix_members_identity_number_reversed", text("reverse(identity_number)")),
        Index(
            "ix_members_identity_number_trigrams",
            "identity_number",
            postgresql_using="gin",
            postgresql_ops={"identity_number": "gin_trgm_ops"},
        ),
        Index(
            "ix_members_identity_number_unusual_grams",
            text("text_grams(identity_number)"),
            postgresql_using="gin",
            postgresql_where=text("identity_number ~ '[^0-9]'"),
        ),
        Index(None, "gender", "id"),
        Index(None, "ethnicity", "id"),
        Index(None, "birth_date", "id"),
        Index("ix_members_age_order", text("birth_date DESC NULLS LAST"), text("id DESC")),
        Index(None, "education", "id"),
        Index(None, "category", "id"),
        Index(None, "joined_on", "id"),
        Index(None, "formal_on", "id"),
        Index(None, "work_position", "id"),
        Index(None, "phone", "id"),
        Index("ix_members_phone_reversed", text("reverse(phone)")),
        Index(
            "ix_members_phone_trigrams",
            "phone",
            postgresql_using="gin",
            postgresql_ops={"phone": "gin_trgm_ops"},
        ),
        Index(
            "ix_members_phone_unusual_grams",
            text("text_grams(phone)"),
            postgresql_using="gin",
            postgresql_where=text("phone ~ '[^0-9]'"),
        ),
        Index(None, "home_address", "id"),
        Index("ix_members_home_address_grams", text("text_grams(home_address)"), postgresql_using="gin"),
        Index(None, "status", "id"),
        Index(None, "lost_contact", "id"),
        Index(None, "lost_contact_since", "id"),
        Index(None, "floating", "id"),
        Index(None, "floating_direction", "id"),
        Index(None, "real_name_status", "id"),
        Index(None, "transfer_in_progress", "id"),
        Index("ix_members_without_photo", "id", postgresql_where=text("photo_key IS NULL")),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
    )
