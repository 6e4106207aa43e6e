"""Clients, grants and tokens of the authorization server."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ENUMS = {
    "client_kind": ("FIRST_PARTY", "PARTNER"),
    "client_state": ("ACTIVE", "SUSPENDED", "REVOKED"),
}


def enum(name: str) -> postgresql.ENUM:
    """A type that exists already."""
    return postgresql.ENUM(name=name, create_type=False)


def upgrade() -> None:
    for name, labels in ENUMS.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.create_table(
        "clients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", enum("client_kind"), nullable=False),
        sa.Column("name", sa.Text(collation="C"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("scopes", sa.ARRAY(sa.Text(collation="C")), server_default="{}", nullable=False),
        sa.Column("redirect_uris", sa.ARRAY(sa.Text(collation="C")), server_default="{}", nullable=False),
        sa.Column("secret_hash", sa.Text(collation="C"), nullable=True),
        sa.Column("former_secret_hash", sa.Text(collation="C"), nullable=True),
        sa.Column("former_secret_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("state", enum("client_state"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_clients_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("client_id", name=op.f("uq_clients_client_id")),
    )
    op.create_index(op.f("ix_clients_organization_id"), "clients", ["organization_id"], unique=False)
    op.create_table(
        "grants",
        sa.Column("id", sa.Text(collation="C"), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("session_hash", sa.Text(collation="C"), nullable=True),
        sa.Column("scope", sa.Text(collation="C"), nullable=False),
        sa.Column("authenticated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("revoked_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.Text(collation="C"), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_grants_account_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_grants_client_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
    )
    op.create_index(op.f("ix_grants_account_id"), "grants", ["account_id"], unique=False)
    op.create_index(op.f("ix_grants_client_id"), "grants", ["client_id"], unique=False)
    op.create_index(op.f("ix_grants_expires_at"), "grants", ["expires_at"], unique=False)
    op.create_index(op.f("ix_grants_session_hash"), "grants", ["session_hash"], unique=False)
    op.create_table(
        "authorization_codes",
        sa.Column("code_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("grant_id", sa.Text(collation="C"), nullable=False),
        sa.Column("redirect_uri", sa.Text(collation="C"), nullable=False),
        sa.Column("code_challenge", sa.Text(collation="C"), nullable=False),
        sa.Column("nonce", sa.Text(collation="C"), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], name=op.f("fk_authorization_codes_grant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_authorization_codes")),
    )
    op.create_index(op.f("ix_authorization_codes_expires_at"), "authorization_codes", ["expires_at"], unique=False)
    op.create_index(op.f("ix_authorization_codes_grant_id"), "authorization_codes", ["grant_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.Text(collation="C"), nullable=False),
        sa.Column("grant_id", sa.Text(collation="C"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("used_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["grant_id"], ["grants.id"], name=op.f("fk_refresh_tokens_grant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
    )
    op.create_index(op.f("ix_refresh_tokens_expires_at"), "refresh_tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_grant_id"), "refresh_tokens", ["grant_id"], unique=False)


def downgrade() -> None:
    op.drop_table("refresh_tokens")
    op.drop_table("authorization_codes")
    op.drop_table("grants")
    op.drop_table("clients")
    for name in ENUMS:
        op.execute(f"DROP TYPE {name}")
