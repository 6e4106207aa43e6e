"""Webhooks of partners."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STATES = ("ACTIVE", "PAUSED", "DISABLED")
_ERRORS = (
    "HOST_NOT_FOUND",
    "ADDRESS_REFUSED",
    "CONNECTION_FAILED",
    "CERTIFICATE_REFUSED",
    "TIMEOUT",
    "STATUS",
    "GONE",
    "PARTNER_SHUT_OUT",
    "SCOPE_CHANGED",
    "FIELD_HIDDEN",
    "FIELD_MASKED",
    "DOCUMENT_INVALID",
    "CURSOR_EXPIRED",
    "SECRET_LOST",
)


def upgrade() -> None:
    state, error = _enum("webhook_state"), _enum("webhook_error")
    for name, values in (("webhook_state", _STATES), ("webhook_error", _ERRORS)):
        postgresql.ENUM(*values, name=name).create(op.get_bind())
    op.create_table(
        "webhooks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        _text("address"),
        sa.Column("organization_id", sa.BigInteger(), nullable=True),
        sa.Column("types", sa.ARRAY(sa.Text(collation="C")), server_default="{}", nullable=False),
        _text("document"),
        sa.Column("edition", sa.Integer(), server_default="1", nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("batch_end", sa.BigInteger(), nullable=True),
        _text("path"),
        _text("sphere"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        _moment("failing_since"),
        _moment("next_attempt_at"),
        _moment("delivered_at"),
        sa.Column("last_error", error, nullable=True),
        sa.Column("last_status", sa.SmallInteger(), nullable=True),
        sa.Column("last_fields", sa.ARRAY(sa.Text(collation="C")), server_default="{}", nullable=False),
        _moment("test_asked_at"),
        _moment("test_answered_at"),
        sa.Column("test_error", error, nullable=True),
        sa.Column("test_status", sa.SmallInteger(), nullable=True),
        _text("secret"),
        sa.Column("former_secret", sa.Text(collation="C"), nullable=True),
        _moment("former_secret_until"),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_webhooks_client_id_clients"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
        sa.UniqueConstraint("client_id", name=op.f("uq_webhooks_client_id")),
    )


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(name=name, create_type=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=True)


def downgrade() -> None:
    op.drop_table("webhooks")
    for name in ("webhook_error", "webhook_state"):
        op.execute(f"DROP TYPE {name}")
