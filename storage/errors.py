class DatabaseUnavailableError(Exception):
    """No connection to the database could be had, or it broke."""


class ConnectionsBusyError(DatabaseUnavailableError):
    """All connections were in use for as long as one waits for one. Nothing has been done."""

    def __init__(self, connections: int) -> None:
        super().__init__()
        self.connections = connections


class OutcomeUnknownError(DatabaseUnavailableError):
    """The database was lost while a transaction was being committed: nobody can tell whether it was."""


class TransactionTimedOutError(Exception):
    """A transaction was not ready to commit in the time that its operation has. Nothing of it has been saved."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds


class StatementTimedOutError(Exception):
    """PostgreSQL cancelled a statement that took longer than DENGTA_STATEMENT_TIMEOUT."""


class LockTimedOutError(StatementTimedOutError):
    """Others held what a transaction had to lock for longer than DENGTA_LOCK_TIMEOUT. Nothing has been saved."""
