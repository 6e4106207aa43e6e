"""Accounts, and what signing in needs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ENUMS = {
    "role": ("ADMINISTRATOR", "SECURITY_OFFICER", "AUDITOR", "PARTNER"),
    "account_state": ("INVITED", "ACTIVE", "SUSPENDED", "REVOKED"),
    "code_purpose": ("ACTIVATION", "SIGN_IN", "RECOVERY", "PHONE_CHANGE"),
}

ORG_PATH = """
CREATE FUNCTION take_org_path() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT path INTO NEW.org_path FROM organizations WHERE id = NEW.organization_id;
    RETURN NEW;
END $$
"""


def enum(name: str) -> postgresql.ENUM:
    """A type that exists already."""
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    for name, labels in ENUMS.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("identity_number", sa.Text(collation="C"), nullable=False),
        sa.Column("phone", sa.Text(collation="C"), nullable=False),
        sa.Column("role", enum("role"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("state", enum("account_state"), nullable=False),
        sa.Column("password_hash", sa.Text(collation="C"), nullable=True),
        sa.Column("password_set_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("activated_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("signed_in_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("failed_attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("locked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("role <> 'PARTNER'", name=op.f("ck_accounts_is_a_person")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_accounts_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("subject", name=op.f("uq_accounts_subject")),
    )
    op.create_index(op.f("ix_accounts_organization_id"), "accounts", ["organization_id"], unique=False)
    op.create_index(
        "uq_accounts_identity_number",
        "accounts",
        ["identity_number"],
        unique=True,
        postgresql_where=sa.text("state <> 'REVOKED'"),
    )
    op.create_index(
        "uq_accounts_phone", "accounts", ["phone"], unique=True, postgresql_where=sa.text("state <> 'REVOKED'")
    )
    op.create_index(op.f("ix_accounts_org_path_id"), "accounts", ["org_path", "id"], unique=False)
    op.execute(ORG_PATH)
    op.execute(
        "CREATE TRIGGER org_path BEFORE INSERT OR UPDATE OF organization_id, org_path ON accounts "
        "FOR EACH ROW EXECUTE FUNCTION take_org_path()"
    )
    op.create_table(
        "activation_codes",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("message_key", sa.Text(collation="C"), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_activation_codes_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_activation_codes")),
    )
    op.create_table(
        "verification_codes",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("purpose", enum("code_purpose"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("session_hash", sa.Text(collation="C"), nullable=True),
        sa.Column("code_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("issued_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("tries_after_use", sa.Integer(), server_default="0", nullable=False),
        sa.Column("spent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_verification_codes_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verification_codes")),
    )
    for column in ("account_id", "session_hash", "expires_at"):
        op.create_index(op.f(f"ix_verification_codes_{column}"), "verification_codes", [column], unique=False)
    op.create_table(
        "captchas",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("answer_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captchas")),
    )
    op.create_index(op.f("ix_captchas_expires_at"), "captchas", ["expires_at"], unique=False)
    op.create_table(
        "browser_sessions",
        sa.Column("id_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("signed_in_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_browser_sessions_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id_hash", name=op.f("pk_browser_sessions")),
    )
    op.create_index(op.f("ix_browser_sessions_account_id"), "browser_sessions", ["account_id"], unique=False)
    op.create_index(op.f("ix_browser_sessions_expires_at"), "browser_sessions", ["expires_at"], unique=False)
    op.create_table(
        "rate_limits",
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("blocked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_limits")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_rate_limits_expires_at"), "rate_limits", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("rate_limits")
    op.drop_table("browser_sessions")
    op.drop_table("captchas")
    op.drop_table("verification_codes")
    op.drop_table("activation_codes")
    op.drop_table("accounts")
    op.execute("DROP FUNCTION take_org_path()")
    for name in ENUMS:
        op.execute(f"DROP TYPE {name}")
