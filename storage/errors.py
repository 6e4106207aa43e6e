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


class ConnectionsBusyError(DatabaseUnavailableError):
    """All connections were in use for as long as one waits for one. Nothing has been done."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        self.connections = connections


class TransactionTimedOutError(Exception):
    """A transaction was not ready to commit in the time that its operation has. Nothing of it has been saved."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class StatementTimedOutError(Exception):
    """PostgreSQL cancelled a statement that took longer than DENGTA_STATEMENT_TIMEOUT."""


class LockTimedOutError(StatementTimedOutError):
    """Others held what a transaction had to lock for longer than DENGTA_LOCK_TIMEOUT; or, where members lie in parts,
    changed it while it waited. Nothing has been saved."""


def unavailable(error: Exception) -> DatabaseUnavailableError:
    """What the driver's error is to callers."""
    return DatabaseFullError() if isinstance(error, DiskFull) else DatabaseUnavailableError()
