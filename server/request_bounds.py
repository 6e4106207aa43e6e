"""请求的限度: how large the head of a request may be, and how long a client may take to send head and body.

llhttp bounds neither, and uvicorn counts seconds only between requests.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus

from orjson import dumps
from uvicorn import Config

from domain.errors import Message, Problem
from server.negotiation import language_of
from server.security_headers import EVERYWHERE_AS_SENT

_OF_THE_CONFIG = "dengta_request_bounds"


@dataclass(frozen=True, slots=True)
class RequestBounds:
    """Times in seconds."""

    head_bytes: int = 32_768
    head_timeout: float = 10.0
    body_timeout: float = 120.0


def give_bounds(config: Config, bounds: RequestBounds) -> Config:
    """The configuration goes to the workers, and to each connection."""
    setattr(config, _OF_THE_CONFIG, bounds)
    return config


def bounds_of(config: Config) -> RequestBounds:
    found: RequestBounds = getattr(config, _OF_THE_CONFIG, RequestBounds())
    return found


def head_too_large(most: int) -> Problem:
    message = Message(
        f"请求地址与请求头合计超过 {most} 字节。请用 POST 发送查询，或减少请求头。",
        f"The address and the headers have more than {most} bytes together. Send the query by POST, or fewer headers.",
    )
    return Problem("HEAD_TOO_LARGE", message)


def head_too_slow(seconds: float) -> Problem:
    message = Message(
        f"请求头未在 {seconds:g} 秒内发送完毕。", f"The headers of the request did not come within {seconds:g} seconds."
    )
    return Problem("REQUEST_TIMEOUT", message)


def body_too_slow(seconds: float) -> Problem:
    message = Message(
        f"请求体未在 {seconds:g} 秒内发送完毕。", f"The body of the request did not come within {seconds:g} seconds."
    )
    return Problem("REQUEST_TIMEOUT", message)


def no_http() -> Problem:
    message = Message(
        "请求不符合 HTTP，未作处理。请检查客户端或其前面的代理。",
        "This is no request by the rules of HTTP, and nothing was done. Look at the client, or at a proxy between.",
    )
    return Problem("MALFORMED_REQUEST", message)


def last_answer(status: HTTPStatus, problem: Problem, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The whole of it; the connection is closed after it. `headers` are those of the request, as far as they came."""
    wanted = next((value.decode("latin-1") for name, value in headers if name == b"accept-language"), None)
    error = {"message": problem.message.in_language(language_of(wanted)), "extensions": {"code": problem.code}}
    body = dumps({"errors": [error]})
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n"
    )
    return head.encode() + EVERYWHERE_AS_SENT + b"\r\n" + body
