"""Numbers of members counted in advance, and what has changed since."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COLUMNS = (
    "org_path",
    "birth_date",
    "category",
    "education",
    "ethnicity",
    "floating",
    "gender",
    "joined_on",
    "lost_contact",
    "real_name_status",
    "status",
    "work_position",
)

_SUMMED = """
CREATE FUNCTION summed_counts(one jsonb, other jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_object_agg(key, number), '{}') FROM (
        SELECT key, sum(value::integer) AS number
        FROM (SELECT * FROM jsonb_each_text(one) UNION ALL SELECT * FROM jsonb_each_text(other)) AS each
        GROUP BY key HAVING sum(value::integer) <> 0
    ) AS sums
$$
"""

# Of one row each, with the condition in the trigger: an edit that changes no such column costs nothing.
_CHANGED = """
CREATE FUNCTION member_changed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO member_deltas (change, {names}) VALUES (-1, {before}), (1, {after});
    RETURN NULL;
END $$
"""

# For many rows at once, since members are imported by the thousand.
_CAME_OR_LEFT = """
CREATE FUNCTION members_{verb}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO member_deltas (change, {names}) SELECT {change}, {names} FROM them;
    RETURN NULL;
END $$
"""

_TRIGGERS = (
    """
    CREATE TRIGGER member_changed AFTER UPDATE OF {names} ON members FOR EACH ROW
    WHEN (({before}) IS DISTINCT FROM ({after})) EXECUTE FUNCTION member_changed()
    """,
    """
    CREATE TRIGGER members_came AFTER INSERT ON members REFERENCING NEW TABLE AS them
    FOR EACH STATEMENT EXECUTE FUNCTION members_came()
    """,
    """
    CREATE TRIGGER members_left AFTER DELETE ON members REFERENCING OLD TABLE AS them
    FOR EACH STATEMENT EXECUTE FUNCTION members_left()
    """,
)


def upgrade() -> None:
    op.create_table(
        "rollups",
        sa.Column("organization_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("by_pairs", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["organizations.id"],
            name=op.f("fk_rollups_organization_id_organizations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", name=op.f("pk_rollups")),
    )
    op.create_table(
        "rollup_counts",
        sa.Column("organization_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("combination", sa.Text(collation="C"), nullable=False),
        sa.Column("place_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"],
            ["rollups.organization_id"],
            name=op.f("fk_rollup_counts_organization_id_rollups"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("organization_id", "combination", "place_id", name=op.f("pk_rollup_counts")),
    )
    op.create_table(
        "rollup_day",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sized_on", sa.Date(), nullable=True),
        sa.CheckConstraint("id = 1", name=op.f("ck_rollup_day_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rollup_day")),
    )
    op.create_table(
        "member_deltas",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("change", sa.SmallInteger(), nullable=False),
        sa.Column("org_path", sa.Text(collation="C"), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("category", _existing("member_category"), nullable=False),
        sa.Column("education", _existing("education"), nullable=True),
        sa.Column("ethnicity", _existing("ethnicity"), nullable=True),
        sa.Column("floating", sa.Boolean(), nullable=False),
        sa.Column("gender", _existing("gender"), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=True),
        sa.Column("lost_contact", sa.Boolean(), nullable=False),
        sa.Column("real_name_status", _existing("real_name_status"), nullable=False),
        sa.Column("status", _existing("membership_status"), nullable=False),
        sa.Column("work_position", _existing("work_position"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_deltas")),
    )
    op.create_index(op.f("ix_member_deltas_org_path"), "member_deltas", ["org_path"])
    _create_triggers()


def _create_triggers() -> None:
    before, after = (", ".join(f"{row}.{name}" for name in _COLUMNS) for row in ("OLD", "NEW"))
    names = ", ".join(_COLUMNS)
    op.execute(_SUMMED)
    op.execute(_CHANGED.format(names=names, before=before, after=after))
    op.execute(_CAME_OR_LEFT.format(verb="came", change=1, names=names))
    op.execute(_CAME_OR_LEFT.format(verb="left", change=-1, names=names))
    for trigger in _TRIGGERS:
        op.execute(trigger.format(names=names, before=before, after=after))


def _existing(name: str) -> postgresql.ENUM:
    return postgresql.ENUM(name=name, create_type=False)


def downgrade() -> None:
    for name in ("member_changed", "members_came", "members_left"):
        op.execute(f"DROP TRIGGER {name} ON members")
        op.execute(f"DROP FUNCTION {name}()")
    for table in ("member_deltas", "rollup_day", "rollup_counts", "rollups"):
        op.drop_table(table)
    op.execute("DROP FUNCTION summed_counts(jsonb, jsonb)")
