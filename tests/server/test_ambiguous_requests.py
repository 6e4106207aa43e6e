"""Requests in which two servers might see different requests (smuggling) are not answered as either."""

import asyncio
import json
import socket

import pytest
from starlette.types import Receive, Scope, Send

from server.security_headers import SecurityHeaders
from tests.serving import answering

PATIENCE = 10.0  # seconds
GOOD = b"POST /first HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
AMBIGUOUS = {
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 30\r\n\r\n0000",
    "a length that is none": b"Content-Length: +4\r\n\r\n0000",
    "chunks by another name": b"Transfer-Encoding: xchunked\r\nContent-Length: 4\r\n\r\n0000",
    "chunks that are not the last": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"Content-Length : 4\r\n\r\n0000",
    "a header that goes on": b"Content-Length:\r\n 4\r\n\r\n0000",
    "a chunk's size that is none": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n0000\r\n0\r\n\r\n",
}
NONSENSE = {
    "words": b"How are you?\r\n\r\n",
    "bytes": bytes(range(256)),
    "another protocol's greeting": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an address that is none": b"GET http://[a HTTP/1.1\r\nHost: a\r\n\r\n",
    "a header without a name": b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
}
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


async def told(request: bytes, after_its_answer_began: bytes = b"") -> tuple[list[str], bytes]:
    """The paths of the requests that the application saw whole, and all that was answered."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if after_its_answer_began:
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok", "more_body": True})
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            more = message.get("more_body", False)
        seen.append(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
        await send({"type": "http.response.body", "body": b"ok"})

    listening = socket.create_server(("127.0.0.1", 0))
    async with answering(app, listening), asyncio.timeout(PATIENCE):
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        writer.write(request)
        begun = b""
        if after_its_answer_began:
            begun = await reader.readuntil(b"ok")
            writer.write(after_its_answer_began)
        writer.write_eof()
        answer = begun + await reader.read()
        writer.close()
    return seen, answer


async def test_a_good_one_is_answered_and_the_next_one_too() -> None:
    seen, answer = await told(GOOD + SMUGGLED)
    assert seen == ["/first", "/smuggled"]
    assert answer.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("headers", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
async def test_an_ambiguous_one_is_refused(headers: bytes) -> None:
    seen, answer = await told(b"POST /first HTTP/1.1\r\nHost: a\r\n" + headers + SMUGGLED)
    assert seen == []
    require_refusal(answer)


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
async def test_what_is_no_http_is_refused_as_all_is(nonsense: bytes) -> None:
    seen, answer = await told(nonsense)
    assert seen == []
    require_refusal(answer)


@pytest.mark.parametrize("nonsense", NONSENSE.values(), ids=NONSENSE.keys())
async def test_a_good_one_before_it_is_answered_and_is_the_last(nonsense: bytes) -> None:
    """The refusal would be taken for its answer."""
    seen, answer = await told(GOOD + nonsense)
    assert seen == ["/first"]
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


async def test_one_that_goes_wrong_in_its_midst_is_answered_once() -> None:
    """Its answer has begun."""
    seen, answer = await told(b"POST /early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", b"zz\r\n")
    assert seen == []
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.count(b"HTTP/1.1") == 1


def require_refusal(answer: bytes) -> None:
    """Alone, in the form of the other errors, with what every answer tells browsers."""
    assert answer.count(b"HTTP/1.1") == 1
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert status == "HTTP/1.1 400 Bad Request"
    assert headers.pop("content-type") == "application/json"
    assert headers.pop("connection") == "close"
    assert int(headers.pop("content-length")) == len(body)
    assert [(name.encode(), value.encode()) for name, value in headers.items()] == SecurityHeaders(0).missing_in([], "")
    [error] = json.loads(body)["errors"]
    assert error["extensions"] == {"code": "MALFORMED_REQUEST"}
    assert error["message"].startswith("请求不符合 HTTP")
