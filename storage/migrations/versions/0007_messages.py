"""Messages to be delivered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ENUMS = {
    "channel": ("SMS", "IN_APP"),
    "message_state": ("PENDING", "SENT", "FAILED"),
}


def enum(name: str) -> postgresql.ENUM:
    """A type that exists already."""
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    for name, labels in ENUMS.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("channel", enum("channel"), nullable=False),
        sa.Column("recipient", sa.Text(collation="C"), nullable=False),
        sa.Column("template", sa.Text(collation="C"), nullable=False),
        sa.Column("body", sa.Text(collation="C"), nullable=True),
        sa.Column("state", enum("message_state"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_error", sa.Text(collation="C"), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("key", name=op.f("uq_messages_key")),
    )
    op.create_index(op.f("ix_messages_created_at"), "messages", ["created_at"])
    op.create_index("ix_messages_pending", "messages", ["expires_at"], postgresql_where=sa.text("state = 'PENDING'"))


def downgrade() -> None:
    op.drop_table("messages")
    for name in ENUMS:
        op.execute(f"DROP TYPE {name}")
