"""A request that is erased with the record of a person is a change as any other."""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_GONE = """
CREATE FUNCTION approval_requests_gone() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO change_outbox (type, object_id, org_path, columns)
    SELECT 'REQUEST_REMOVED', id, org_path, '{}' FROM them ORDER BY id;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("ALTER TYPE change_type ADD VALUE IF NOT EXISTS 'REQUEST_REMOVED'")
    op.execute(_GONE)
    op.execute(
        "CREATE TRIGGER approval_requests_gone AFTER DELETE ON approval_requests REFERENCING OLD TABLE AS them"
        " FOR EACH STATEMENT EXECUTE FUNCTION approval_requests_gone()"
    )


def downgrade() -> None:
    """The value of the enum stays: PostgreSQL takes none away, and nobody uses it."""
    op.execute("DROP TRIGGER approval_requests_gone ON approval_requests")
    op.execute("DROP FUNCTION approval_requests_gone()")
