"""Breaches of the rules of data quality, and the checks that look for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

STATE = postgresql.ENUM("QUEUED", "RUNNING", "DONE", "CANCELLED", name="check_state", create_type=False)


def upgrade() -> None:
    op.create_table(
        "validation_results",
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(collation="C"), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("found_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("member_id", "rule", name=op.f("pk_validation_results")),
    )
    op.create_index(
        op.f("ix_validation_results_org_path_member_id_rule"),
        "validation_results",
        ["org_path", "member_id", "rule"],
        unique=False,
    )
    STATE.create(op.get_bind())
    op.create_table(
        "checks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("rules", sa.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("state", STATE, nullable=False),
        sa.Column("members_done", sa.Integer(), nullable=False),
        sa.Column("members_total", sa.Integer(), nullable=False),
        sa.Column("path_done", sa.Text(collation="C"), nullable=False),
        sa.Column("id_done", sa.BigInteger(), nullable=False),
        sa.Column("started_by", sa.Text(collation="C"), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_checks_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checks")),
    )
    op.create_index(op.f("ix_checks_org_path_id"), "checks", ["org_path", "id"], unique=False)
    op.create_index(
        "uq_checks_under_way",
        "checks",
        ["organization_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('QUEUED', 'RUNNING')"),
    )


def downgrade() -> None:
    op.drop_table("checks")
    STATE.drop(op.get_bind())
    op.drop_table("validation_results")
