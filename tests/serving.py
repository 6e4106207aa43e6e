"""A real server on a free port, for clients that need a socket."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from server.connections import HttpConnection, WebSocketConnection
from server.operations.subscribers import StreamManners
from server.request_bounds import RequestBounds, give_bounds
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api


@asynccontextmanager
async def served(
    api: Api, database_url: str, patience: float = 5.0, streams: StreamManners | None = None
) -> AsyncIterator[str]:
    """The `host:port` of a server of its own over the same data, as it closes its database when it stops."""
    database = connect(database_url, connections=2, patience=patience, audit_key=AUDIT_KEY)
    own = Api(
        database,
        api.matrix,
        api.clock,
        api.key,
        executor=api.executor,
        slow_operation=api.slow_operation,
        files=api.files,
        streams=streams or api.streams,
        exports=api.exports,
        token_clock=api.token_clock,
        documents=api.documents,
        places=api.places,
        sockets=api.sockets,
        operation_timeout=api.operation_timeout,
        limits=api.limits,
    )
    listening = socket.create_server(("127.0.0.1", 0))
    async with answering(own.app, listening, own.streams.heartbeat):
        host, port = listening.getsockname()
        yield f"{host}:{port}"


@asynccontextmanager
async def answering(
    app: ASGIApp,
    listening: socket.socket,
    heartbeat: float = 15.0,
    bounds: RequestBounds | None = None,
    largest_message: int = 2_097_152,
) -> AsyncIterator[None]:
    """The application answers on that socket until the block ends."""
    config = uvicorn.Config(
        app,
        log_config=None,
        http=HttpConnection,
        ws=WebSocketConnection,
        ws_ping_interval=heartbeat,
        ws_ping_timeout=heartbeat,
        ws_max_size=largest_message,
    )
    server = uvicorn.Server(give_bounds(config, bounds or RequestBounds()))
    running = asyncio.create_task(server.serve([listening]))
    yield
    server.should_exit = True
    await running
