"""Members' own accounts, and the codes by which their phones are changed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0015"
down_revision: str | None = "0014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    state = postgresql.ENUM("ACTIVE", "DISABLED", "CANCELLED", name="member_account_state", create_type=False)
    state.create(op.get_bind())
    op.create_table(
        "member_accounts",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("phone", sa.Text(collation="C"), nullable=False),
        sa.Column("registered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("cancelled_by", sa.Text(collation="C"), nullable=True),
        sa.Column("cancelled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("cancelled_because", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_accounts")),
    )
    op.create_index(
        "uq_member_accounts_phone",
        "member_accounts",
        ["phone"],
        unique=True,
        postgresql_where=sa.text("state <> 'CANCELLED'"),
    )
    op.create_table(
        "phone_codes",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=False),
        sa.Column("phone", sa.Text(collation="C"), nullable=False),
        sa.Column("code_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_codes")),
    )
    op.create_index(op.f("ix_phone_codes_expires_at"), "phone_codes", ["expires_at"], unique=False)
    op.create_index(op.f("ix_phone_codes_member_id"), "phone_codes", ["member_id"], unique=False)


def downgrade() -> None:
    op.drop_table("phone_codes")
    op.drop_table("member_accounts")
    op.execute("DROP TYPE member_account_state")
