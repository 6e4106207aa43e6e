from datetime import datetime

from sqlalchemy import BigInteger, Identity, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from storage.models.base import Base, text_column


class Attachment(Base):
    """相关资料: a file that belongs to a member; `object_key` names its content in the file store."""

    __tablename__ = "attachments"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    member_id: Mapped[int] = mapped_column(BigInteger, index=True)
    """Of a member, current or not."""

    name: Mapped[str] = mapped_column(text_column())
    content_type: Mapped[str] = mapped_column(text_column())
    size: Mapped[int] = mapped_column(BigInteger)
    object_key: Mapped[str] = mapped_column(text_column(), unique=True)
    uploaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
