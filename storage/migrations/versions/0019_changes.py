"""Changes of members, history members, organisations and requests, written by triggers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TYPES = (
    "MEMBER_ADDED",
    "MEMBER_CHANGED",
    "MEMBER_LEFT",
    "MEMBER_RESTORED",
    "HISTORY_MEMBER_CHANGED",
    "HISTORY_MEMBER_ERASED",
    "ORGANIZATION_ADDED",
    "ORGANIZATION_CHANGED",
    "ORGANIZATION_REMOVED",
    "REQUEST_SUBMITTED",
    "REQUEST_CHANGED",
)

# What follows from other columns is no change of its own.
_CHANGED_COLUMNS = """
CREATE FUNCTION changed_columns(before jsonb, after jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT array_agg(key ORDER BY key COLLATE "C") FROM jsonb_each(after)
    WHERE value IS DISTINCT FROM before -> key
    AND key NOT IN ('version', 'updated_at', 'name_pinyin', 'name_initials', 'org_path', 'path', 'requester_path')
$$
"""

_ONE_CHANGED = """
CREATE FUNCTION {table}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed text[] := changed_columns(to_jsonb(OLD), to_jsonb(NEW));
BEGIN
    IF changed IS NOT NULL THEN
        INSERT INTO change_outbox (type, object_id, org_path, former_path, columns)
        VALUES ('{type}', NEW.id, NEW.{path}, nullif(OLD.{path}, NEW.{path}), changed);
    END IF;
    RETURN NULL;
END $$
"""

# Of many rows at once, since members are imported by the thousand.
_MANY = """
CREATE FUNCTION {table}_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO change_outbox (type, object_id, org_path, columns)
    SELECT {type}, id, {path}, '{{}}' FROM them WHERE {where} ORDER BY id;
    RETURN NULL;
END $$
"""

_ENTERED = "CASE WHEN {there} THEN 'MEMBER_RESTORED' ELSE 'MEMBER_ADDED' END::change_type"
_IN_HISTORY = "EXISTS (SELECT FROM history_members WHERE history_members.id = them.id)"
_IS_MEMBER = "EXISTS (SELECT FROM members WHERE members.id = them.id)"

# A member who leaves is put into history before it goes from the register, and one who comes back is a member before it
# goes from history: each is one change.
_INSERTED = (
    ("members", _ENTERED.format(there=_IN_HISTORY), "org_path", "true"),
    ("history_members", "'MEMBER_LEFT'", "org_path", "true"),
    ("organizations", "'ORGANIZATION_ADDED'", "path", "true"),
    ("approval_requests", "'REQUEST_SUBMITTED'", "org_path", "true"),
)
_DELETED = (
    ("members", "'MEMBER_LEFT'", "org_path", f"NOT {_IN_HISTORY}"),
    ("history_members", "'HISTORY_MEMBER_ERASED'", "org_path", f"NOT {_IS_MEMBER}"),
    ("organizations", "'ORGANIZATION_REMOVED'", "path", "true"),
)
_UPDATED = (
    ("members", "MEMBER_CHANGED", "org_path"),
    ("history_members", "HISTORY_MEMBER_CHANGED", "org_path"),
    ("organizations", "ORGANIZATION_CHANGED", "path"),
    ("approval_requests", "REQUEST_CHANGED", "org_path"),
)


def upgrade() -> None:
    types = postgresql.ENUM(*_TYPES, name="change_type")
    types.create(op.get_bind())
    op.create_table(
        "change_outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        *_columns(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_outbox")),
    )
    op.create_table(
        "change_events",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        *_columns(),
        sa.Column("numbered_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_change_events")),
    )
    op.create_index(op.f("ix_change_events_numbered_at"), "change_events", ["numbered_at"])
    op.create_table(
        "change_feed",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("series", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("forgotten", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_change_feed_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_feed")),
    )
    op.execute("INSERT INTO change_feed (id, series, position, forgotten) VALUES (1, (random() * 1e15)::bigint, 0, 0)")
    _create_triggers()


def _columns() -> list[sa.Column[object]]:
    return [
        sa.Column("type", postgresql.ENUM(name="change_type", create_type=False), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("former_path", sa.Text(collation="C"), nullable=True),
        sa.Column("columns", postgresql.ARRAY(sa.Text(collation="C")), nullable=False),
        sa.Column("changed_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.func.now(), nullable=False),
    ]


def _create_triggers() -> None:
    op.execute(_CHANGED_COLUMNS)
    for table, type_, path in _UPDATED:
        op.execute(_ONE_CHANGED.format(table=table, type=type_, path=path))
        op.execute(
            f"CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} FOR EACH ROW"
            f" WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION {table}_changed()"
        )
    for verb, event, row, found in (("added", "INSERT", "NEW", _INSERTED), ("gone", "DELETE", "OLD", _DELETED)):
        for table, type_, path, where in found:
            op.execute(_MANY.format(table=table, verb=verb, type=type_, path=path, where=where))
            op.execute(
                f"CREATE TRIGGER {table}_{verb} AFTER {event} ON {table} REFERENCING {row} TABLE AS them"
                f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_{verb}()"
            )


def downgrade() -> None:
    for verb, found in (("changed", _UPDATED), ("added", _INSERTED), ("gone", _DELETED)):
        for table, *_ in found:
            op.execute(f"DROP TRIGGER {table}_{verb} ON {table}")
            op.execute(f"DROP FUNCTION {table}_{verb}()")
    op.execute("DROP FUNCTION changed_columns(jsonb, jsonb)")
    for table in ("change_feed", "change_events", "change_outbox"):
        op.drop_table(table)
    op.execute("DROP TYPE change_type")
