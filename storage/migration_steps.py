"""What migrations do to tables that are in use (docs/decisions/0040)."""

from alembic import op


def make_index(name: str, table: str, columns: list[str], *, unique: bool = False) -> None:
    """Beside those who read and write; outside of the migration's transaction, which must do nothing else.

    It may wait as long as it must, for that holds up nobody. What an interrupted attempt has left behind is removed.
    """
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = 0")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.create_index(name, table, columns, unique=unique, postgresql_concurrently=True)
        op.execute("RESET lock_timeout")
