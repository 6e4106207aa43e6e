"""What can be wrong with an HTTP request before it is a GraphQL request: one table, status and words."""

from secrets import randbelow

from domain.errors import Message, Problem
from domain.files import MEBIBYTE
from server.authentication import UnauthenticatedError
from server.operations.errors import DATABASE_BUSY, FULL, UNAVAILABLE, UNKNOWN, connections_busy
from server.operations.places import ServerBusyError
from server.operations.subscribers import TooManySubscriptionsError
from storage.errors import CommitUnknownError, ConnectionsBusyError, DatabaseFullError


class HttpError(Exception):
    """A request refused with an HTTP status of its own."""

    def __init__(self, status: int, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.code)
        self.status = status
        self.problem = problem
        self.headers = headers or {}


AGAIN_SOON = {"Retry-After": "1"}
"""Seconds."""


def database_unavailable(error: Exception | None = None) -> HttpError:
    """By what was the matter, if it is known; what may have been saved is not to be sent again just so."""
    if isinstance(error, CommitUnknownError):
        return HttpError(500, Problem("OUTCOME_UNKNOWN", UNKNOWN))
    if isinstance(error, DatabaseFullError):
        return HttpError(503, Problem("DATABASE_FULL", FULL), AGAIN_SOON)
    if isinstance(error, ConnectionsBusyError):
        return HttpError(503, Problem(DATABASE_BUSY, connections_busy(error)), AGAIN_SOON)
    return HttpError(503, Problem("DATABASE_UNAVAILABLE", UNAVAILABLE), AGAIN_SOON)


def server_busy(error: ServerBusyError) -> HttpError:
    """Those who were refused together are told to come back after different times."""
    return HttpError(503, error.problem, {"Retry-After": str(1 + randbelow(3))})


def unauthenticated(error: UnauthenticatedError) -> HttpError:
    return HttpError(401, error.problem, {"WWW-Authenticate": challenge(error)})


def challenge(error: UnauthenticatedError) -> str:
    """RFC 6750, section 3: whoever sent no token is told of no error."""
    return f'Bearer error="invalid_token", error_description="{_INVALID_TOKEN}"' if error.token_given else "Bearer"


_INVALID_TOKEN = "The access token is malformed, expired, revoked or meant for another server."  # noqa: S105 # words


def method_not_allowed() -> HttpError:
    message = Message("该请求只能用 POST 发送。", "This request can only be sent by POST.")
    return HttpError(405, Problem("METHOD_NOT_ALLOWED", message), {"Allow": "POST"})


def host_not_allowed() -> HttpError:
    message = Message(
        "本服务器不以该主机名提供服务。请使用其正式地址，或请运维人员在 DENGTA_ALLOWED_HOSTS 中加入该主机名。",
        "This server is not known by that host name. Use its own address, or have its operators add the name to "
        "DENGTA_ALLOWED_HOSTS.",
    )
    return HttpError(421, Problem("HOST_NOT_ALLOWED", message))


def needs_stream() -> HttpError:
    message = Message(
        "订阅需要流：请在 Accept 中加入 text/event-stream，或在同一地址使用 WebSocket（graphql-transport-ws）。",
        "A subscription needs a stream: accept text/event-stream, or use a WebSocket (graphql-transport-ws) at the "
        "same address.",
    )
    return HttpError(406, Problem("STREAM_NEEDED", message))


def too_many_subscriptions(error: TooManySubscriptionsError) -> HttpError:
    return HttpError(429, error.problem)


def not_acceptable() -> HttpError:
    message = Message(
        "只能返回 application/json、application/graphql-response+json 或 text/event-stream，请修改 Accept。",
        "Only application/json, application/graphql-response+json and text/event-stream can be answered; mend the "
        "Accept header.",
    )
    return HttpError(406, Problem("NOT_ACCEPTABLE", message))


def unsupported_media_type() -> HttpError:
    message = Message(
        "请求体应为 application/json（UTF-8），上传文件时为 multipart/form-data，请修改 Content-Type。",
        "The body must be application/json in UTF-8, or multipart/form-data with files; mend the Content-Type header.",
    )
    return HttpError(415, Problem("UNSUPPORTED_MEDIA_TYPE", message))


def body_too_large(limit: int) -> HttpError:
    message = Message(
        f"请求体超过 {limit} 字节。请缩小查询或变量。",
        f"The body is larger than {limit} bytes. Send less in one request.",
    )
    return HttpError(413, Problem("BODY_TOO_LARGE", message))


def upload_too_large(limit: int) -> HttpError:
    message = Message(
        f"上传内容过大：单个文件最多 {limit // MEBIBYTE} MB。请压缩或拆分后重新上传。",
        f"The upload is too large: a file may have {limit // MEBIBYTE} MB. Make it smaller, or split it.",
    )
    return HttpError(413, Problem("FILE_TOO_LARGE", message))


def preflight_required(header: str) -> HttpError:
    message = Message(
        f"multipart 请求须带请求头 {header}: 1，以防跨站请求伪造。",
        f"A multipart request needs the header `{header}: 1`, against requests that other sites forge.",
    )
    return HttpError(400, Problem("PREFLIGHT_REQUIRED", message))


def malformed_upload(chinese: str, english: str) -> HttpError:
    """What is wrong, in a few words of both languages."""
    message = Message(
        f"上传请求不符合 GraphQL multipart 规范：{chinese}",
        f"The upload does not follow the GraphQL multipart request specification: {english}",
    )
    return HttpError(400, Problem("BAD_REQUEST", message))


def malformed_json() -> HttpError:
    message = Message("请求体不是有效的 JSON 对象。", "The body is no JSON object.")
    return HttpError(400, Problem("BAD_REQUEST", message))


def batching_not_supported(found: int) -> HttpError:
    message = Message(
        f"请求体是 {found} 个操作的数组：每个请求只能有 1 个操作。请分别发送，或合并成一个操作。",
        f"The body is an array of {found} operations; a request has 1. Send them side by side, or as one operation.",
    )
    return HttpError(400, Problem("BATCHING_NOT_SUPPORTED", message))


def malformed_parameter(name: str, expected: str) -> HttpError:
    message = Message(f"参数 {name} 应为{_CHINESE[expected]}。", f"The parameter {name} must be {expected}.")
    return HttpError(400, Problem("BAD_REQUEST", message))


_CHINESE = {
    "a string": "字符串",
    "an object": "对象",
    "a JSON object": "JSON 对象",
    "a position that this server has given": "本服务器给出的位置",
    "an object with version 1 and a sha256Hash": "含 version 1 与 sha256Hash 的对象",
}
