"""GraphQL over server-sent events, in the protocol's distinct connections mode: one operation, one response.

One event is asked for, written, and only then the next: a client that reads slowly is waited for by whatever makes the
events, and nothing piles up here. Those that came together are written together.
"""

from asyncio import FIRST_COMPLETED, create_task, timeout, wait
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack, aclosing, suppress
from secrets import randbelow

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.errors import CallerError, Message, Problem
from server.connections import GOING_AWAY, PARTING_TIME, Connection, connection_of
from server.operations.arrivals import Arrivals, EndError
from server.operations.errors import caller_error
from server.operations.running import Answer, refused
from storage.beside import end_all

EVENT_STREAM = "text/event-stream"
HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
"""With `data`, as browsers pass no event without it on."""

_HEADERS = {
    "Content-Type": f"{EVENT_STREAM}; charset=utf-8",
    "Cache-Control": "no-store, no-transform",  # which also keeps proxies from compressing, and so from buffering
    "X-Accel-Buffering": "no",  # nginx would keep events until it has a bufferful of them
}
_SERVER_LEAVES = Message("服务器即将停止，请稍后重新连接。", GOING_AWAY)
_BACK_SOON, _NOT_ALL_AT_ONCE = 1_000, 4_000


class StalledError(Exception):
    """The client has not read for so long that it is taken for dead."""


def next_event(answer: Answer) -> bytes:
    return b"event: next\ndata: " + answer.encoded + b"\n\n"


def single_result(answer: Answer) -> Response:
    """Of a query or mutation, or of whatever was refused before it ran."""
    return Response(next_event(answer) + COMPLETE, headers=_HEADERS)


def goodbye(language: str) -> bytes:
    """Clients are told to come back after different times, as the next server would have all of them at once."""
    milliseconds = _BACK_SOON + randbelow(_NOT_ALL_AT_ONCE)
    error = CallerError(Problem("SERVER_GOING_AWAY", _SERVER_LEAVES), retryAfterMilliseconds=milliseconds)
    return f"retry: {milliseconds}\n".encode() + next_event(refused([caller_error(error, language)])) + COMPLETE


class EventStreamResponse(Response):
    """The answers of a subscription as they come, and signs of life while there are none.

    The caller's place among the subscribers is given up, and the source closed, as soon as either side has gone.
    """

    def __init__(
        self, answers: AsyncGenerator[Sequence[Answer], None], place: ExitStack, heartbeat: float, language: str
    ) -> None:
        self.status_code = 200
        self.background = None
        self.init_headers(_HEADERS)
        self._answers = answers
        self._place = place
        self._heartbeat = heartbeat
        self._language = language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)
        with self._place:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            try:
                if await self._is_left_by_the_server(connection, receive, send):
                    await _write(send, goodbye(self._language), PARTING_TIME, more=False)
            except StalledError:
                await _drop(connection, receive)

    async def _is_left_by_the_server(self, connection: Connection, receive: Receive, send: Send) -> bool:
        """Whether it leaves before the answers end and before the client does. By then all is closed."""
        writing = create_task(self._write_all(send))
        gone, leaves = create_task(_hung_up(receive)), create_task(connection.server_leaves.wait())
        try:
            await wait({writing, gone, leaves}, return_when=FIRST_COMPLETED)
        finally:
            await end_all([writing, gone, leaves])
        if writing.cancelled():
            return gone.cancelled()
        writing.result()
        return False

    async def _write_all(self, send: Send) -> None:
        patience = 2 * self._heartbeat
        await _write(send, HEARTBEAT, patience)  # some browsers show no headers before something of the body
        async with aclosing(Arrivals(self._answers)) as arrivals:
            with suppress(EndError):
                while True:
                    arrived = await arrivals.wait(self._heartbeat)
                    content = b"".join(map(next_event, arrivals.take())) if arrived else HEARTBEAT
                    await _write(send, content, patience)
        await _write(send, COMPLETE, patience, more=False)


async def _write(send: Send, content: bytes, patience: float, *, more: bool = True) -> None:
    """Waits while the client has not read what was written before; StalledError when that takes too long."""
    try:
        async with timeout(patience):
            await send({"type": "http.response.body", "body": content, "more_body": more})
    except TimeoutError as error:
        raise StalledError from error


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drop(connection: Connection, receive: Receive) -> None:
    connection.abort()
    with suppress(TimeoutError):  # under a server that has no such abort
        async with timeout(PARTING_TIME):
            await _hung_up(receive)
