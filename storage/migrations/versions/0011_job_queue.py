"""The tables and functions of the job queue, as procrastinate 3.10 has them."""

from collections.abc import Sequence
from pathlib import Path

from alembic import op

revision: str = "0011"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SCHEMA = Path(__file__).parents[1] / "sql" / "procrastinate_3_10.sql"
"""A copy: that of the installed library changes with its next version, which needs a migration of its own."""

TABLES = ("periodic_defers", "events", "jobs", "workers")
TYPES = ("job_to_defer_v1", "job_event_type", "job_status")
DROP_FUNCTIONS = r"""
DO $$
DECLARE found regprocedure;
BEGIN
    FOR found IN SELECT oid FROM pg_proc WHERE proname LIKE 'procrastinate\_%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', found);
    END LOOP;
END $$
"""


def upgrade() -> None:
    execute(SCHEMA.read_text())


def downgrade() -> None:
    execute(DROP_FUNCTIONS)
    for table in TABLES:
        execute(f"DROP TABLE procrastinate_{table}")
    for name in TYPES:
        execute(f"DROP TYPE procrastinate_{name}")


def execute(statements: str) -> None:
    """As they stand: the percent signs in them are not places for values."""
    op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statements)
