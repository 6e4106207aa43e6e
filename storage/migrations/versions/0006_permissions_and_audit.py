"""The edits of the permission matrix, and the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ENUMS = {
    "tier": ("COUNTY_OR_ABOVE", "APPROVING_COMMITTEE", "OTHER_GRASSROOTS"),
    "visibility": ("HIDDEN", "MASKED", "VISIBLE"),
    "audit_kind": (
        "ARCHIVE_LOOKUP",
        "PHONE_LOOKUP",
        "DECISION",
        "CHANGE",
        "EXPORT",
        "PRINT",
        "SIGN_IN",
        "SIGN_OUT",
        "CREDENTIAL",
        "TOKEN",
        "ACCOUNT",
        "PARTNER",
        "PERMISSION",
        "REFUSAL",
        "AUDIT_LOOKUP",
        "CHECKPOINT",
    ),
}


APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$
"""


def enum(name: str) -> postgresql.ENUM:
    """A type that exists already."""
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    for name, labels in ENUMS.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.create_table(
        "permission_versions",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_by", sa.Text(collation="C"), nullable=False),
        sa.Column("note", sa.Text(collation="C"), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_permission_versions")),
    )
    op.create_table(
        "permission_changes",
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("role", enum("role"), nullable=False),
        sa.Column("tier", enum("tier"), nullable=False),
        sa.Column("field", sa.Text(collation="C"), nullable=False),
        sa.Column("read", enum("visibility"), nullable=True),
        sa.Column("write", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["version"], ["permission_versions.number"], name=op.f("fk_permission_changes_version")
        ),
        sa.PrimaryKeyConstraint("version", "role", "tier", "field", name=op.f("pk_permission_changes")),
    )
    op.create_index(
        op.f("ix_permission_changes_role_tier_field_version"),
        "permission_changes",
        ["role", "tier", "field", "version"],
        unique=False,
    )
    op.create_table(
        "audit_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("writer", sa.Text(collation="C"), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("kind", enum("audit_kind"), nullable=False),
        sa.Column("actor", sa.Text(collation="C"), nullable=False),
        sa.Column("role", enum("role"), nullable=True),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("operation", sa.Text(collation="C"), nullable=True),
        sa.Column("target", sa.Text(collation="C"), nullable=True),
        sa.Column("correlation_id", sa.Text(collation="C"), nullable=False),
        sa.Column("address", sa.Text(collation="C"), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entries")),
        sa.UniqueConstraint("writer", "number", name=op.f("uq_audit_entries_writer_number")),
    )
    op.create_index(op.f("ix_audit_entries_at"), "audit_entries", ["at"], unique=False)
    op.create_index(op.f("ix_audit_entries_org_path_at"), "audit_entries", ["org_path", "at"], unique=False)
    op.create_index(op.f("ix_audit_entries_actor_at"), "audit_entries", ["actor", "at"], unique=False)
    op.create_index(op.f("ix_audit_entries_kind_at"), "audit_entries", ["kind", "at"], unique=False)
    op.create_index(
        op.f("ix_audit_entries_target_at"),
        "audit_entries",
        ["target", "at"],
        unique=False,
        postgresql_where=sa.text("target IS NOT NULL"),
    )
    op.create_index(op.f("ix_audit_entries_correlation_id"), "audit_entries", ["correlation_id"], unique=False)
    op.execute(APPEND_ONLY)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_change()")
    op.drop_table("permission_changes")
    op.drop_table("permission_versions")
    for name in ENUMS:
        op.execute(f"DROP TYPE {name}")
