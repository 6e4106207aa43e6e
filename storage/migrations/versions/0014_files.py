"""One table for all files: attachments and photos, staged or given to a member or a request."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

PURPOSE = postgresql.ENUM("PHOTO", "ATTACHMENT", name="file_purpose")
RENAMED = (
    "TABLE attachments RENAME TO files",
    "SEQUENCE attachments_id_seq RENAME TO files_id_seq",
    "INDEX pk_attachments RENAME TO pk_files",
    "INDEX ix_attachments_member_id RENAME TO ix_files_member_id",
)


def upgrade() -> None:
    op.drop_constraint(op.f("uq_attachments_object_key"), "attachments", type_="unique")
    for renaming in RENAMED:
        op.execute(f"ALTER {renaming}")
    PURPOSE.create(op.get_bind())
    purpose = postgresql.ENUM(name="file_purpose", create_type=False)
    op.add_column("files", sa.Column("purpose", purpose, server_default="ATTACHMENT", nullable=False))
    op.alter_column("files", "purpose", server_default=None)
    op.add_column("files", sa.Column("request_id", sa.BigInteger(), nullable=True))
    op.add_column("files", sa.Column("uploaded_by", sa.Text(collation="C"), nullable=True))
    op.add_column("files", sa.Column("removed_at", postgresql.TIMESTAMP(timezone=True), nullable=True))
    op.alter_column("files", "member_id", nullable=True)
    op.create_foreign_key(op.f("fk_files_request_id"), "files", "approval_requests", ["request_id"], ["id"])
    op.create_index(op.f("ix_files_request_id"), "files", ["request_id"], unique=False)
    op.create_index(op.f("ix_files_object_key"), "files", ["object_key"], unique=False)
    op.create_index(
        "ix_files_of_nobody",
        "files",
        ["uploaded_by", "uploaded_at"],
        unique=False,
        postgresql_where=sa.text("member_id IS NULL AND request_id IS NULL"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM files WHERE member_id IS NULL OR purpose = 'PHOTO'")
    for index in ("ix_files_of_nobody", "ix_files_object_key", "ix_files_request_id"):
        op.drop_index(index, table_name="files")
    op.drop_constraint(op.f("fk_files_request_id"), "files", type_="foreignkey")
    op.alter_column("files", "member_id", nullable=False)
    for column in ("removed_at", "uploaded_by", "request_id", "purpose"):
        op.drop_column("files", column)
    PURPOSE.drop(op.get_bind())
    for renaming in reversed(RENAMED):
        kind, old, _, _, new = renaming.split()
        op.execute(f"ALTER {kind} {new} RENAME TO {old}")
    op.execute("UPDATE attachments SET object_key = object_key || '-' || id")
    op.create_unique_constraint(op.f("uq_attachments_object_key"), "attachments", ["object_key"])
