"""Requests in which two servers might see different requests (smuggling) are not answered as either."""

import asyncio
import socket

import pytest
from starlette.types import Receive, Scope, Send

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
SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"


async def told(request: bytes) -> tuple[list[str], bytes]:
    """The paths of the requests that the application saw whole, and all that was answered."""
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
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
        writer.write_eof()
        answer = await reader.read()
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
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1
