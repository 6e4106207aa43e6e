"""The samples of docs/guides/reverse-proxy.md, by the real nginx and Caddy, where these are installed."""

import asyncio
import json
import os
import shutil
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import connect

from server.middleware import Correlated
from server.routes.event_stream import _HEADERS
from server.security_headers import SecurityHeaders
from tests.commands import free_port
from tests.samples import sample
from tests.serving import answering

GUIDE = "docs/guides/reverse-proxy.md"
HOST = "register.example"
PATIENCE = 30.0  # seconds
TEMPORARY = "\n".join(
    f"{kind}_temp_path temporary/{kind};" for kind in ("client_body", *["proxy", "fastcgi", "uwsgi", "scgi"])
)
Configuration = Callable[[Path, int, int], list[str]]


def nginx(folder: Path, port: int, behind: int) -> list[str]:
    """The command that runs it."""
    text = sample(GUIDE, "nginx.conf")
    for written, meant in (
        ("listen 443 ", f"listen 127.0.0.1:{port} "),
        ("listen 80;", f"listen 127.0.0.1:{free_port()};"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("/etc/nginx/register.example.pem", str(folder / "certificate")),
        ("/etc/nginx/register.example.key", str(folder / "key")),
    ):
        assert written in text
        text = text.replace(written, meant)
    around = f"daemon off; master_process off; pid nginx.pid; error_log stderr; events {{}} http {{ access_log off; {TEMPORARY}\n"
    (folder / "nginx.conf").write_text(f"{around}{text}}}")
    (folder / "temporary").mkdir()
    return ["nginx", "-p", str(folder), "-c", "nginx.conf"]


def caddy(folder: Path, port: int, behind: int) -> list[str]:
    text = sample(GUIDE, "Caddyfile")
    assert text.startswith(f"{HOST} {{")
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace(
        f"{HOST} {{", f"https://{HOST}:{port} {{\n\tbind 127.0.0.1\n\ttls {folder}/certificate {folder}/key", 1
    )
    (folder / "Caddyfile").write_text(f"{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{text}")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@dataclass
class Behind:
    """What stands behind the proxy: it says what it was told, and streams until it is told to go on."""

    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def app(self) -> Correlated:
        routes = [
            Route("/graphql", self.seen, methods=["POST"]),
            Route("/stream", self.stream),
            Route("/metrics", self.seen),
            WebSocketRoute("/socket", self.socket),
        ]
        return Correlated(Starlette(routes=routes), SecurityHeaders(60))

    async def seen(self, request: Request) -> Response:
        size = len(await request.body())
        assert request.client
        told = {"address": request.client.host, "scheme": request.url.scheme, "host": request.headers["host"]}
        return JSONResponse({**told, "bytes": size})

    async def stream(self, _request: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b":\n\n"
            await self.goes_on.wait()
            yield b"event: complete\ndata:\n\n"

        return StreamingResponse(parts(), headers=_HEADERS)

    async def socket(self, socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(await socket.receive_text())
        await socket.close()


async def _certificate(folder: Path) -> None:
    made = await asyncio.create_subprocess_exec(
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1"),
        *("-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"),
        *("-keyout", str(folder / "key"), "-out", str(folder / "certificate")),
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await made.wait() == 0


async def _listens(port: int) -> None:
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return


@asynccontextmanager
async def proxied(folder: Path, configure: Configuration, behind: Behind) -> AsyncIterator[int]:
    """The port of the proxy."""
    await _certificate(folder)
    listening, port = socket.create_server(("127.0.0.1", 0)), free_port()
    command = configure(folder, port, listening.getsockname()[1])
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    async with answering(behind.app(), listening):
        proxy = await asyncio.create_subprocess_exec(*command, env={**os.environ, **home}, cwd=folder)
        try:
            async with asyncio.timeout(PATIENCE):
                await _listens(port)
            yield port
        finally:
            proxy.terminate()
            await proxy.wait()


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / "certificate"))


@pytest.mark.parametrize("configure", [nginx, caddy])
async def test_the_sample_does_what_it_is_for(tmp_path: Path, configure: Configuration) -> None:
    if shutil.which(configure.__name__) is None or shutil.which("openssl") is None:
        pytest.skip(f"{configure.__name__} or openssl is not installed")
    behind = Behind()
    address = "127.0.0.2"  # another than the proxy's, as that one is trusted
    async with proxied(tmp_path, configure, behind) as port, asyncio.timeout(PATIENCE):
        caller = httpx.AsyncHTTPTransport(verify=trusting(tmp_path), local_address=address)
        async with httpx.AsyncClient(transport=caller, base_url=f"https://127.0.0.1:{port}") as http:
            asked = {"headers": {"Host": HOST}, "extensions": {"sni_hostname": HOST}}
            forged = {"Host": HOST, "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
            large = b"x" * 3_000_000
            told = await http.post("/graphql", content=large, headers=forged, extensions={"sni_hostname": HOST})
            assert json.loads(told.content) == {
                "address": address,
                "scheme": "https",
                "host": HOST,
                "bytes": len(large),
            }
            assert told.headers.get_list("strict-transport-security") == ["max-age=60"]
            assert (await http.get("/metrics", **asked)).status_code == 404  # type: ignore[arg-type] # one of each
            async with http.stream("GET", "/stream", **asked) as streamed:  # type: ignore[arg-type] # one of each
                parts = streamed.aiter_bytes()
                assert await anext(parts) == b":\n\n"
                behind.goes_on.set()
                assert await anext(parts) == b"event: complete\ndata:\n\n"
        opened = connect(f"wss://{HOST}:{port}/socket", host="127.0.0.1", port=port, ssl=trusting(tmp_path))
        async with opened as websocket:
            await websocket.send("党")
            assert await websocket.recv() == "党"
