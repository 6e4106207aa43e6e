from psycopg import InterfaceError, OperationalError
from psycopg.errors import DiskFull, ReadOnlySqlTransaction

LOST = (OperationalError, InterfaceError, ReadOnlySqlTransaction)
"""What the driver says when the database is out of reach, or does not take writes any more: another may by then."""


class DatabaseUnavailableError(Exception):
    """No connection to the database could be had, or it broke; nothing was saved."""


class DatabaseFullError(DatabaseUnavailableError):
    """PostgreSQL has no room left on its disk; nothing was saved."""


class CommitUnknownError(DatabaseUnavailableError):
    """The database was lost during a commit: nobody can tell whether it was done."""


class StatementTimedOutError(Exception):
    """PostgreSQL cancelled a statement that took longer than DENGTA_STATEMENT_TIMEOUT."""


def unavailable(error: Exception) -> DatabaseUnavailableError:
    """What the driver's error is to callers."""
    return DatabaseFullError() if isinstance(error, DiskFull) else DatabaseUnavailableError()
