"""Requests to be approved, and members who have left."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ENUMS = {
    "request_kind": (
        "ADMISSION",
        "EXPULSION",
        "SUSPENSION",
        "DEATH",
        "OTHER_REMOVAL",
        "RENAME",
        "REAL_NAME_FILING",
    ),
    "request_state": ("PENDING", "APPROVED", "REJECTED", "WITHDRAWN"),
    "history_kind": ("EXPELLED", "SUSPENDED", "DECEASED", "OTHER"),
}


def enum(name: str) -> postgresql.ENUM:
    """A type that exists already."""
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    op.add_column(
        "organizations", sa.Column("can_file_real_names", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    )
    op.execute("UPDATE organizations SET can_file_real_names = true WHERE kind IN ('PROVINCE', 'CITY', 'COUNTY')")
    op.create_check_constraint(
        op.f("ck_organizations_only_counties_and_above_file"),
        "organizations",
        "NOT can_file_real_names OR kind IN ('PROVINCE', 'CITY', 'COUNTY')",
    )
    op.create_index("ix_organizations_can_file", "organizations", ["can_file_real_names", "id"], unique=False)
    for name, labels in ENUMS.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.create_table(
        "approval_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", enum("request_kind"), nullable=False),
        sa.Column("state", enum("request_state"), nullable=False),
        sa.Column("member_id", sa.BigInteger(), nullable=True),
        sa.Column("member_name", sa.Text(collation="C"), nullable=False),
        sa.Column("changes", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=False),
        sa.Column("requested_by", sa.Text(collation="C"), nullable=False),
        sa.Column("requested_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("requester_organization_id", sa.BigInteger(), nullable=False),
        sa.Column("requester_path", sa.Text(collation="C"), nullable=False),
        sa.Column("decided_by", sa.Text(collation="C"), nullable=True),
        sa.Column("decided_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("decider_organization_id", sa.BigInteger(), nullable=True),
        sa.Column("opinion", sa.Text(collation="C"), nullable=True),
        sa.Column("restored_by", sa.Text(collation="C"), nullable=True),
        sa.Column("restored_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("restored_because", sa.Text(collation="C"), nullable=True),
        sa.Column("purged_by", sa.Text(collation="C"), nullable=True),
        sa.Column("purged_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("purged_because", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["organizations.id"], name=op.f("fk_approval_requests_branch_id")),
        sa.ForeignKeyConstraint(
            ["decider_organization_id"], ["organizations.id"], name=op.f("fk_approval_requests_decider_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["requester_organization_id"],
            ["organizations.id"],
            name=op.f("fk_approval_requests_requester_organization_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_requests")),
    )
    op.create_index(
        "uq_approval_requests_entering",
        "approval_requests",
        [sa.text("((changes -> 'identity_number') ->> 1)")],
        unique=True,
        postgresql_where=sa.text("state = 'PENDING' AND member_id IS NULL"),
    )
    op.create_index(
        "ix_approval_requests_entered",
        "approval_requests",
        [sa.text("((changes -> 'identity_number') ->> 1)")],
        unique=False,
        postgresql_where=sa.text("changes IS NOT NULL"),
    )
    op.create_index(op.f("ix_approval_requests_member_id"), "approval_requests", ["member_id"], unique=False)
    op.create_index(op.f("ix_approval_requests_org_path_id"), "approval_requests", ["org_path", "id"], unique=False)
    op.create_index(
        op.f("ix_approval_requests_requester_path_id"), "approval_requests", ["requester_path", "id"], unique=False
    )
    op.create_index(
        "ix_approval_requests_to_decide",
        "approval_requests",
        ["org_path", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_index(
        "uq_approval_requests_pending",
        "approval_requests",
        ["member_id"],
        unique=True,
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_table(
        "history_members",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", enum("history_kind"), nullable=False),
        sa.Column("archived_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(collation="C"), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("branch_id", sa.BigInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("name_pinyin", sa.Text(collation="C"), nullable=False),
        sa.Column("name_initials", sa.Text(collation="C"), nullable=False),
        sa.Column("identity_number", sa.Text(collation="C"), nullable=False),
        sa.Column("gender", enum("gender"), nullable=False),
        sa.Column("ethnicity", enum("ethnicity"), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("education", enum("education"), nullable=True),
        sa.Column("category", enum("member_category"), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("formal_on", sa.Date(), nullable=True),
        sa.Column("work_position", enum("work_position"), nullable=False),
        sa.Column("phone", sa.Text(collation="C"), nullable=True),
        sa.Column("home_address", sa.Text(collation="C"), nullable=True),
        sa.Column("status", enum("membership_status"), nullable=False),
        sa.Column("lost_contact", sa.Boolean(), nullable=False),
        sa.Column("lost_contact_since", sa.Date(), nullable=True),
        sa.Column("floating", sa.Boolean(), nullable=False),
        sa.Column("floating_direction", enum("floating_direction"), nullable=True),
        sa.Column("real_name_status", enum("real_name_status"), nullable=False),
        sa.Column("transfer_in_progress", sa.Boolean(), nullable=False),
        sa.Column("photo_key", sa.Text(collation="C"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["branch_id"], ["organizations.id"], name=op.f("fk_history_members_branch_id")),
        sa.ForeignKeyConstraint(["request_id"], ["approval_requests.id"], name=op.f("fk_history_members_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_members")),
    )
    op.create_index(op.f("ix_history_members_identity_number"), "history_members", ["identity_number"], unique=False)
    op.create_index(
        op.f("ix_history_members_kind_archived_at_id"), "history_members", ["kind", "archived_at", "id"], unique=False
    )
    op.create_index(op.f("ix_history_members_name"), "history_members", ["name"], unique=False)
    op.create_index(
        op.f("ix_history_members_org_path_kind_archived_at_id"),
        "history_members",
        ["org_path", "kind", "archived_at", "id"],
        unique=False,
    )

    # the files of a member stay when the member leaves
    op.drop_constraint(op.f("fk_attachments_member_id"), "attachments", type_="foreignkey")


def downgrade() -> None:
    op.drop_index("ix_organizations_can_file", table_name="organizations")
    op.drop_column("organizations", "can_file_real_names")
    op.execute("DELETE FROM attachments WHERE member_id NOT IN (SELECT id FROM members)")
    op.create_foreign_key(
        op.f("fk_attachments_member_id"), "attachments", "members", ["member_id"], ["id"], ondelete="CASCADE"
    )
    op.drop_table("history_members")
    op.drop_table("approval_requests")
    for name in ENUMS:
        op.execute(f"DROP TYPE {name}")
