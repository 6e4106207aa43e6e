"""错误: what of an error reaches the caller, in the caller's language. What is not meant for the caller is masked."""

from graphql import GraphQLError

from domain.errors import CallerError, Message
from files.store import FileStoreUnavailableError
from resolvers.context import RequestContext
from server.correlation import correlation_id
from server.log import log_failure
from server.operations.limits.suggestions import without_hidden, without_hint
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

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
UNAVAILABLE = Message("数据库暂时不可用，请稍后重试。", "The database is unavailable at the moment. Try again shortly.")

FILES_UNAVAILABLE = Message(
    "文件存储暂时不可用，请稍后重试。", "The file store is unavailable at the moment. Try again shortly."
)


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


def presented(error: GraphQLError, language: str) -> GraphQLError:
    """The error as the caller sees it; what is not the caller's is logged and masked."""
    cause = error.original_error
    if isinstance(cause, CallerError):
        return caller_error(cause, language, error)
    if cause is None:
        return document_errors("BAD_USER_INPUT", [error], language)[0]
    code, message = _masked(cause)
    log_failure(cause, code)
    return _rephrased(error, message.in_language(language), {"code": code, "correlationId": correlation_id()})


def caller_error(cause: CallerError, language: str, at: GraphQLError | None = None) -> GraphQLError:
    extensions: dict[str, object] = {"code": cause.problem.code, **cause.extensions}
    if cause.problem.path:
        extensions["argument"] = list(cause.problem.path)
    return _rephrased(at or GraphQLError(""), cause.problem.message.in_language(language), extensions)


def _masked(cause: Exception) -> tuple[str, Message]:
    if isinstance(cause, StatementTimedOutError):
        return "QUERY_TIMEOUT", _TIME_OUT
    if isinstance(cause, DatabaseUnavailableError):
        return "DATABASE_UNAVAILABLE", UNAVAILABLE
    if isinstance(cause, FileStoreUnavailableError):
        return "FILE_STORE_UNAVAILABLE", FILES_UNAVAILABLE
    return "INTERNAL_SERVER_ERROR", _INTERNAL


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
