"""Saved queries, and results of queries as files."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ENUMS = {
    "query_subject": ("MEMBERS", "HISTORY_MEMBERS"),
    "export_format": ("CSV", "XLSX"),
    "export_state": ("QUEUED", "RUNNING", "READY", "FAILED", "CANCELLED"),
    "export_failure": ("NOT_ALLOWED", "OUTDATED", "GIVEN_UP"),
}


def _enum(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(name=name, create_type=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, postgresql.TIMESTAMP(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


def upgrade() -> None:
    for name, labels in _ENUMS.items():
        postgresql.ENUM(*labels, name=name).create(op.get_bind())
    op.create_table(
        "saved_queries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _text("owner"),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        _text("name"),
        sa.Column("subject", _enum("query_subject"), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        _text("question"),
        sa.Column("version", sa.Integer(), nullable=False),
        _moment("created_at"),
        _moment("updated_at"),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_saved_queries_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_queries")),
        sa.UniqueConstraint("owner", "name", name=op.f("uq_saved_queries_owner_name")),
    )
    op.create_index(
        "ix_saved_queries_shared", "saved_queries", ["organization_id"], postgresql_where=sa.text("is_shared")
    )
    op.create_table(
        "exports",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        _text("requested_by"),
        sa.Column("role", _enum("role"), nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        _text("scope"),
        sa.Column("subject", _enum("query_subject"), nullable=False),
        sa.Column("format", _enum("export_format"), nullable=False),
        _text("language"),
        _text("question"),
        sa.Column("is_job", sa.Boolean(), nullable=False),
        sa.Column("state", _enum("export_state"), nullable=False),
        sa.Column("begun", sa.Integer(), nullable=False),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        _text("object_key", nullable=True),
        sa.Column("masked", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("failure", _enum("export_failure"), nullable=True),
        _moment("requested_at"),
        _moment("ended_at", nullable=True),
        _moment("expires_at"),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_exports_organization_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
    )
    op.create_index(op.f("ix_exports_requested_by_id"), "exports", ["requested_by", "id"])
    op.create_index(op.f("ix_exports_object_key"), "exports", ["object_key"])
    op.create_index(op.f("ix_exports_expires_at"), "exports", ["expires_at"])


def downgrade() -> None:
    op.drop_table("exports")
    op.drop_table("saved_queries")
    for name in _ENUMS:
        _enum(name).drop(op.get_bind())
