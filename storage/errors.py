class DatabaseUnavailableError(Exception):
    """No connection to the database could be had, or it broke."""


class StatementTimedOutError(Exception):
    """PostgreSQL cancelled a statement that took longer than DENGTA_STATEMENT_TIMEOUT."""
