"""慢操作日志: a line about an operation that took long or failed, by which it is found again. No text, no values."""

from server.log import log
from server.operations.documents import Operation
from storage.observing import StatementTally


def log_operation(operation: Operation, errors: int, seconds: float, statements: StatementTally) -> None:
    """`document` is the SHA-256 of its text, as a manifest of trusted documents has it.

    The times of statements that ran side by side are added, and may come to more than the whole.
    """
    log().info(
        "operation",
        name=operation.name,
        type=operation.type,
        document=operation.document_hash,
        errors=errors,
        milliseconds=_milliseconds(seconds),
        statements=statements.count,
        statement_milliseconds=_milliseconds(statements.seconds),
    )


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
