"""日志: structured lines without personal data: no query text, no variables, no values, no messages of exceptions."""

import logging
import sys
import traceback
from typing import Any

import structlog

from server.correlation import correlation_id, trace_id


def configure_log(log_format: str) -> None:
    """`json` for machines, `console` for people; lines go to standard error."""
    last: Any = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    _quiet_the_job_queue()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _with_correlation,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def log() -> Any:
    return structlog.get_logger()


def log_failure(error: BaseException, code: str) -> None:
    """Where an unexpected error came from. Its message is left out: a driver's may quote the row it was about."""
    frames = traceback.extract_tb(error.__traceback__)
    log().error(
        "failure",
        code=code,
        error=type(error).__name__,
        sqlstate=getattr(getattr(error, "orig", None), "sqlstate", None),
        at=[f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames[-8:]],
    )


def _with_correlation(_logger: Any, _method: str, event: Any) -> Any:
    event["correlation_id"] = correlation_id()
    trace = trace_id()
    if trace is not None:
        event["trace_id"] = trace
    return event


class _NamesAlone(logging.Handler):
    """What a library logs, without its text, which may quote values."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[0] if record.exc_info else None
        log().error(
            "job_queue", action=getattr(record, "action", record.funcName), error=error.__name__ if error else None
        )


def _quiet_the_job_queue() -> None:
    """procrastinate logs each job with its arguments; only its errors are worth a line here."""
    queue = logging.getLogger("procrastinate")
    queue.propagate = False
    queue.handlers = [_NamesAlone(logging.ERROR)]
