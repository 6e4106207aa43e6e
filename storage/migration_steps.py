"""What migrations do to tables that are in use (docs/decisions/0040), be they in parts (docs/scaling.md) or not."""

from alembic import op
from sqlalchemy import text

_PARTS = """
SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
WHERE inhparent = to_regclass(:table) AND relkind = 'r' ORDER BY relname
"""
_IS_WHOLE = "SELECT true FROM pg_index WHERE indexrelid = to_regclass(:name) AND indisvalid"


def make_index(name: str, table: str, columns: list[str], *, unique: bool = False) -> None:
    """Beside those who read and write; outside of the migration's transaction, which must do nothing else.

    It may wait as long as it must, for that holds up nobody. What an interrupted attempt has left behind is removed.
    Of a table in parts each gets its own in this way, and then the table, which takes them over in a moment.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        parts = _found(_PARTS, table=table)
        for part in parts:
            of_part = f"{part}_{name}"
            if not _found(_IS_WHOLE, name=of_part):
                _make(of_part, part, columns, unique=unique)
        if not parts:
            _make(name, table, columns, unique=unique)
        op.execute("RESET lock_timeout")
        if parts:
            op.create_index(name, table, columns, unique=unique, if_not_exists=True)


def _make(name: str, table: str, columns: list[str], *, unique: bool) -> None:
    op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
    op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True)


def _found(query: str, **values: str) -> list[str]:
    """Nothing where statements are but written down."""
    if op.get_context().as_sql:
        return []
    return [row[0] for row in op.get_bind().execute(text(query), values)]
