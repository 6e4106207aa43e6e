from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from domain.codes import FilePurpose
from storage.models.base import Base, code_column, text_column


class File(Base):
    """文件: a photo or a document; `object_key` names its content in the file store.

    It is staged while it belongs to neither a member nor a request. A removed one belongs to nobody, and is kept
    without its name until its content is gone too.
    """

    __tablename__ = "files"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    purpose: Mapped[str] = mapped_column(code_column(FilePurpose, "file_purpose"))
    member_id: Mapped[int | None] = mapped_column(BigInteger, index=True)
    """Of a member, current or not."""

    request_id: Mapped[int | None] = mapped_column(ForeignKey("approval_requests.id"), index=True)
    name: Mapped[str] = mapped_column(text_column())
    content_type: Mapped[str] = mapped_column(text_column())
    size: Mapped[int] = mapped_column(BigInteger)
    object_key: Mapped[str] = mapped_column(text_column(), index=True)
    """The files of the synthetic province share contents; otherwise each has its own."""

    uploaded_by: Mapped[str | None] = mapped_column(text_column())
    uploaded_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    removed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))

    __table_args__ = (
        Index(
            "ix_files_of_nobody",
            "uploaded_by",
            "uploaded_at",
            postgresql_where=text("member_id IS NULL AND request_id IS NULL"),
        ),
    )
