"""错误: what of an error reaches the caller, in the caller's language. What is not meant for the caller is masked."""

from collections.abc import Sequence

from graphql import GraphQLError

from domain.errors import CallerError, Message
from files.store import FileStoreUnavailableError
from resolvers.context import RequestContext
from server.correlation import correlation_id
from server.log import log_failure
from server.operations.limits.suggestions import without_hidden, without_hint
from storage.errors import (
    CommitUnknownError,
    ConnectionsBusyError,
    DatabaseFullError,
    DatabaseUnavailableError,
    LockTimedOutError,
    StatementTimedOutError,
    TransactionTimedOutError,
)

DATABASE_BUSY = "DATABASE_BUSY"
OUT_OF_REACH = frozenset({"DATABASE_UNAVAILABLE", "DATABASE_FULL", DATABASE_BUSY, "FILE_STORE_UNAVAILABLE"})
"""Codes of what may be asked again as it is: nothing was saved."""

_UNREACHED = (DatabaseUnavailableError, StatementTimedOutError, FileStoreUnavailableError)

_PREFIXES = {
    "GRAPHQL_PARSE_FAILED": Message("GraphQL 语法错误", "GraphQL syntax error"),
    "GRAPHQL_VALIDATION_FAILED": Message("GraphQL 文档无效", "Invalid GraphQL document"),
    "OPERATION_NOT_FOUND": Message("未找到操作", "Operation not found"),
    "BAD_USER_INPUT": Message("输入无效", "Bad input"),
}
_INTERNAL = Message(
    "服务器内部错误，已记录。请把 correlationId 告知管理员。",
    "Something failed in the server and has been logged. Tell the operator the correlationId.",
)
_TIME_OUT = Message(
    "查询超时。请缩小范围或增加条件后重试。",
    "The query took too long. Narrow its scope or add conditions, and try again.",
)
FULL = Message(
    "数据库磁盘已满，未保存。请稍后重试，并告知管理员。",
    "The disk of the database is full, and nothing was saved. Try again later, and tell the operator.",
)
UNKNOWN = Message(
    "数据库在保存时中断，不知是否已保存。请用同一幂等键重新提交，或重新查看后再决定。",
    "The database was lost while this was saved, and nobody knows whether it was. Send it again under the same "
    "idempotency key, or look before you do.",
)
_LOCKED = Message(
    "所涉及的数据正被他人修改，等候超时。未作任何保存，请稍后重试。",
    "Somebody else is changing the same, and has not finished in time. Nothing was saved; try again shortly.",
)
UNAVAILABLE = Message("数据库暂时不可用，请稍后重试。", "The database is unavailable at the moment. Try again shortly.")

FILES_UNAVAILABLE = Message(
    "文件存储暂时不可用，请稍后重试。", "The file store is unavailable at the moment. Try again shortly."
)

_MASKED: Sequence[tuple[type[Exception], tuple[str, Message]]] = (
    (LockTimedOutError, ("LOCKED", _LOCKED)),
    (StatementTimedOutError, ("QUERY_TIMEOUT", _TIME_OUT)),
    (CommitUnknownError, ("OUTCOME_UNKNOWN", UNKNOWN)),
    (DatabaseFullError, ("DATABASE_FULL", FULL)),
    (DatabaseUnavailableError, ("DATABASE_UNAVAILABLE", UNAVAILABLE)),
    (FileStoreUnavailableError, ("FILE_STORE_UNAVAILABLE", FILES_UNAVAILABLE)),
)
"""The first that fits."""


def document_errors(
    code: str, errors: list[GraphQLError], language: str, hearer: RequestContext | None = None
) -> list[GraphQLError]:
    """Errors of the document or of the variables' values: graphql-core's own words, after a sentence of ours.

    What the hearer may not know of is not suggested; nobody in particular is suggested nothing.
    """
    prefix = _PREFIXES[code].in_language(language)
    return [_rephrased(error, f"{prefix}: {_told(error.message, hearer)}", {"code": code}) for error in errors]


def _told(message: str, hearer: RequestContext | None) -> str:
    if hearer is None or not hearer.may_introspect:
        return without_hint(message)
    return without_hidden(message, hearer.permissions)


def presented(error: GraphQLError, language: str, *, saved: bool = False) -> GraphQLError:
    """The error as the caller sees it; what is not the caller's is logged and masked.

    `saved`: the operation has committed something by then, so that no error may say that it has not.
    """
    cause = error.original_error
    if isinstance(cause, CallerError):
        return caller_error(cause, language, error)
    if cause is None:
        return document_errors("BAD_USER_INPUT", [error], language)[0]
    code, message = ("OUTCOME_UNKNOWN", UNKNOWN) if saved and isinstance(cause, _UNREACHED) else _masked(cause)
    log_failure(cause, code)
    return _rephrased(error, message.in_language(language), {"code": code, "correlationId": correlation_id()})


def caller_error(cause: CallerError, language: str, at: GraphQLError | None = None) -> GraphQLError:
    extensions: dict[str, object] = {"code": cause.problem.code, **cause.extensions}
    if cause.problem.path:
        extensions["argument"] = list(cause.problem.path)
    return _rephrased(at or GraphQLError(""), cause.problem.message.in_language(language), extensions)


def _masked(cause: Exception) -> tuple[str, Message]:
    if isinstance(cause, TransactionTimedOutError):
        return "OPERATION_TIMEOUT", _not_saved_in_time(cause.seconds)
    if isinstance(cause, ConnectionsBusyError):
        return DATABASE_BUSY, connections_busy(cause)
    return next((told for kind, told in _MASKED if isinstance(cause, kind)), ("INTERNAL_SERVER_ERROR", _INTERNAL))


def connections_busy(cause: ConnectionsBusyError) -> Message:
    return Message(
        f"数据库连接（{cause.connections} 个）全部占用，等候超时。请稍后重试。",
        f"All connections to the database ({cause.connections}) have been in use for too long. Try again shortly.",
    )


def _not_saved_in_time(seconds: float) -> Message:
    return Message(
        f"操作超过 {seconds:g} 秒，未作保存。请稍后重试。",
        f"This was not ready to be saved within {seconds:g} seconds, and was not. Try again shortly.",
    )


def _rephrased(error: GraphQLError, message: str, extensions: dict[str, object]) -> GraphQLError:
    """The same place, other words."""
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
