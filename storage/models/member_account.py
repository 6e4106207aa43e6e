from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import MemberAccountState
from storage.models.base import Base, code_column, text_column


class MemberAccount(Base):
    """个人专区账号 of a member, current or not. A phone is held by one at most that is not cancelled.

    Its member may be in either table, so that no foreign key can name it.
    """

    __tablename__ = "member_accounts"

    member_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    phone: Mapped[str] = mapped_column(text_column())
    registered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    state: Mapped[str] = mapped_column(code_column(MemberAccountState, "member_account_state"))
    cancelled_by: Mapped[str | None] = mapped_column(text_column())
    cancelled_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    cancelled_because: Mapped[str | None] = mapped_column(text_column())
    version: Mapped[int] = mapped_column(default=1)

    __table_args__ = (
        Index("uq_member_accounts_phone", "phone", unique=True, postgresql_where=text("state <> 'CANCELLED'")),
    )


class PhoneCode(Base):
    """更换手机号验证码: six digits sent to the phone that a member's account is to have.

    Good for whoever asked for it alone (`subject`), for this member, and once.
    """

    __tablename__ = "phone_codes"

    id: Mapped[str] = mapped_column(text_column(), primary_key=True)
    subject: Mapped[str] = mapped_column(text_column())
    member_id: Mapped[int] = mapped_column(BigInteger, index=True)
    phone: Mapped[str] = mapped_column(text_column())
    code_hash: Mapped[str] = mapped_column(text_column())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), index=True)
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
