"""How large a request's head or a WebSocket's message may be, and how long a client may take, over a real socket."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosedError

from server.request_bounds import RequestBounds
from server.routes.websocket import SocketBounds
from tests.asking import Api
from tests.serving import answering, served

PATIENCE = 20.0  # seconds
ENDLESS = 3600.0  # seconds
LARGEST = 2_000


async def _echo(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


async def _echo_messages(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(str(len(text)))


ECHO = Starlette(routes=[Route("/", _echo, methods=["GET", "POST"]), WebSocketRoute("/socket", _echo_messages)])


@dataclass
class Client:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, text: str) -> None:
        self.writer.write(text.encode())

    async def answer(self) -> tuple[int, str]:
        """Status and body of one answer."""
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
            length = int(head.partition("content-length:")[2].partition("\r\n")[0])
            return int(head.split(" ")[1]), (await self.reader.readexactly(length)).decode()

    async def refusal(self) -> tuple[int, str, str]:
        """Status, code and message of an answer after which the connection is closed."""
        status, body = await self.answer()
        async with asyncio.timeout(PATIENCE):
            assert await self.reader.read() == b""
        (error,) = json.loads(body)["errors"]
        return status, error["extensions"]["code"], error["message"]


@asynccontextmanager
async def client(bounds: RequestBounds) -> AsyncIterator[Client]:
    """Of a server with such bounds."""
    listening = socket.create_server(("127.0.0.1", 0))
    host, port = listening.getsockname()
    async with answering(ECHO, listening, bounds=bounds):
        reader, writer = await asyncio.open_connection(host, port)
        yield Client(reader, writer)
        writer.close()


def head_of(size: int) -> str:
    """Of a GET whose address and headers have so many bytes together."""
    empty = "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n"
    filling = size - len("/" + "Host: a\r\n" + "X: \r\n")
    return empty.replace("X: ", f"X: {'a' * filling}")


class TestHead:
    bounds = RequestBounds(head_bytes=2_000, head_timeout=ENDLESS, body_timeout=ENDLESS)

    async def test_it_may_have_so_many_bytes_each_time(self) -> None:
        async with client(self.bounds) as asking:
            for _ in range(2):
                asking.send(head_of(2_000))
                assert await asking.answer() == (200, "0")

    @pytest.mark.parametrize("before", [0, 1])
    async def test_one_more_is_refused_with_the_number(self, before: int) -> None:
        async with client(self.bounds) as asking:
            for _ in range(before):
                asking.send(head_of(100))
                await asking.answer()
            asking.send(head_of(2_001))
            status, code, message = await asking.refusal()
            assert (status, code) == (431, "HEAD_TOO_LARGE")
            assert "2000 " in message

    async def test_a_header_without_end_is_not_waited_for(self) -> None:
        async with client(self.bounds) as asking:
            asking.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
            for _ in range(50):
                asking.send("a" * 500)
                await asyncio.sleep(0)
            assert (await asking.refusal())[:2] == (431, "HEAD_TOO_LARGE")


class TestTime:
    async def test_a_head_that_does_not_come_to_its_end_is_given_up(self) -> None:
        async with client(RequestBounds(head_timeout=0.3, body_timeout=ENDLESS)) as asking:
            asking.send("GET / HTTP/1.1\r\nHost: a\r\n")
            status, code, message = await asking.refusal()
            assert (status, code) == (408, "REQUEST_TIMEOUT")
            assert "0.3 秒" in message

    async def test_who_sends_nothing_at_all_is_let_go(self) -> None:
        async with client(RequestBounds(head_timeout=0.3, body_timeout=ENDLESS)) as asking:
            assert (await asking.refusal())[:2] == (408, "REQUEST_TIMEOUT")

    async def test_a_body_that_does_not_come_to_its_end_is_given_up(self) -> None:
        async with client(RequestBounds(head_timeout=ENDLESS, body_timeout=0.3)) as asking:
            asking.send("POST / HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\nContent-Length: 10\r\n\r\n12345")
            status, code, message = await asking.refusal()
            assert (status, code) == (408, "REQUEST_TIMEOUT")
            assert "within 0.3 seconds" in message

    async def test_in_time_head_and_body_may_come_piece_by_piece(self) -> None:
        async with client(RequestBounds(head_timeout=ENDLESS, body_timeout=ENDLESS)) as asking:
            for piece in ("POST / HT", "TP/1.1\r\nHost: a\r\nContent-Le", "ngth: 10\r\n\r\n12345", "67890"):
                asking.send(piece)
                await asyncio.sleep(0.01)
            assert await asking.answer() == (200, "10")

    async def test_the_time_of_an_answer_is_not_the_clients(self) -> None:
        """Neither bound goes on once the request has come."""

        async def slow(request: Request) -> PlainTextResponse:
            await request.body()
            await asyncio.sleep(0.5)
            return PlainTextResponse("at last")

        listening = socket.create_server(("127.0.0.1", 0))
        app = Starlette(routes=[Route("/", slow, methods=["POST"])])
        async with answering(app, listening, bounds=RequestBounds(head_timeout=0.2, body_timeout=0.2)):
            reader, writer = await asyncio.open_connection(*listening.getsockname())
            asking = Client(reader, writer)
            asking.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n12")
            assert await asking.answer() == (200, "at last")
            writer.close()


class TestMessages:
    @pytest.mark.parametrize("pieces", [1, 4])
    async def test_one_may_have_so_many_bytes_in_however_many_frames(self, pieces: int) -> None:
        async with echo() as address, connect(address, compression=None) as sending:
            await sending.send(["a" * (LARGEST // pieces)] * pieces)
            assert await sending.recv() == str(LARGEST)

    @pytest.mark.parametrize("pieces", [1, 3])
    async def test_one_with_more_closes_the_socket_with_the_number(self, pieces: int) -> None:
        async with echo() as address, connect(address, compression=None) as sending:
            await sending.send(["a" * (LARGEST // pieces)] * (pieces - 1) + ["a" * (LARGEST // pieces + pieces)])
            with pytest.raises(ConnectionClosedError) as closed:
                await sending.recv()
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1009
            assert str(LARGEST) in closed.value.rcvd.reason


@asynccontextmanager
async def echo() -> AsyncIterator[str]:
    """The address of a WebSocket on which a message may have LARGEST bytes."""
    listening = socket.create_server(("127.0.0.1", 0))
    host, port = listening.getsockname()
    async with answering(ECHO, listening, largest_message=LARGEST):
        yield f"ws://{host}:{port}/socket"


async def test_a_socket_must_say_in_time_who_it_is(api: Api, province_url: str) -> None:
    hurried = Api(api.database, api.matrix, api.clock, api.key, sockets=SocketBounds(init_timeout=0.3))
    async with served(hurried, province_url) as place:
        address = f"ws://{place}/graphql"
        async with connect(address, subprotocols=["graphql-transport-ws"]) as silent:  # type: ignore[list-item] # a NewType of str
            with pytest.raises(ConnectionClosedError) as closed:
                await silent.recv()
            assert closed.value.rcvd is not None
            assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4408, "Connection initialisation timeout")
