"""`make bench-changes`: how soon changes reach many who follow them, what each of these costs, and what is lost."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Annotated, NamedTuple

import orjson
import typer
from psycopg import AsyncConnection
from rich.console import Console
from websockets.asyncio.client import ClientConnection, connect

from auth.actor import Role
from auth.signing_keys import signing_keys_at
from auth.tokens import TokenAuthority
from benchmarks.execution.contenders import Contender
from benchmarks.execution.load import HOST
from benchmarks.execution.processes import Running, running
from benchmarks.pages import tell
from benchmarks.province import province_database
from storage.demo_accounts import organizations_for_demo
from storage.engine import connect as database_at
from storage.engine import libpq_url

_QUERY = "subscription { changes { cursor type objectId changedFields } }"
_ISSUER, _AUDIENCE = "https://benchmark", "benchmark"
_OPENED_AT_ONCE = 50
_FEW = 100
"""Follow while many changes are made."""

_SET = "UPDATE members SET home_address = %s WHERE id = %s"
_EVENTS = 20
"""Of one at a time to all, each when the one before has reached everybody."""


class Reached(NamedTuple):
    subscribers: int
    seconds: Sequence[float]
    kilobytes: float
    """Of the server's memory, for each subscriber."""

    idle: float
    """Share of a processor that the server takes while nothing happens."""


class Sustained(NamedTuple):
    subscribers: int
    written: int
    seconds: float
    lags: Sequence[float]
    """From the commit to the last of the subscribers, for some of the events."""

    lost: int


def main(
    subscribers: Annotated[int, typer.Option(help="How many follow while single changes are made.")] = 5_000,
    rate: Annotated[int, typer.Option(help="Changes a second, for the sustained part.")] = 500,
    seconds: Annotated[int, typer.Option(help="How long these go on.")] = 60,
    write: Annotated[Path | None, typer.Option(help="A page to put the result into, between its marks.")] = None,
) -> None:
    """One server process; who writes and who follows are on the same machine."""
    with province_database(20_000) as url, TemporaryDirectory() as folder:
        lines = asyncio.run(_measured(url, Path(folder), subscribers, rate, seconds))
    tell("changes", "20,000 members", lines, write)


async def _measured(url: str, folder: Path, subscribers: int, rate: int, seconds: int) -> list[str]:
    token = await _token(url, folder)
    console = Console(stderr=True)
    with running(_server(url, folder)) as server:
        async with await AsyncConnection.connect(libpq_url(url), autocommit=True) as writing:
            console.print(f"{subscribers} subscribers")
            reached = await _reached(server, token, writing, subscribers)
            console.print("\n".join(_reached_table(reached)))
            console.print(f"{rate} changes a second for {seconds} s to {_FEW}")
            sustained = await _sustained(server, token, writing, rate, seconds)
    return [*_reached_table(reached), "", *_sustained_table(sustained)]


async def _token(url: str, folder: Path) -> str:
    """Of an operator over the whole province."""
    async with database_at(url, connections=1) as database:
        province = (await organizations_for_demo(database))[0]
    authority = TokenAuthority(signing_keys_at(folder / "signing-key.json"), _ISSUER, _AUDIENCE)
    return authority.issue("benchmark", Role.ADMINISTRATOR, province, timedelta(hours=12))


def _server(url: str, folder: Path) -> Contender:
    environment = {"DATABASE_URL": url, "DENGTA_DATA_DIRECTORY": str(folder), "DENGTA_PORT": "{port}"}
    environment |= {"DENGTA_ISSUER": _ISSUER, "DENGTA_AUDIENCE": _AUDIENCE, "DENGTA_JOBS_IN_SERVER": "false"}
    environment |= {"DENGTA_SUBSCRIPTIONS_PER_PERSON": "100000"}
    command = (sys.executable, "-c", "from server.cli import main; main()", "serve")
    return Contender("Dengta", command, environment)


@dataclass
class Following:
    """A subscriber: when it got each of the positions, in their order."""

    socket: ClientConnection
    arrived: list[float] = field(default_factory=list)
    count: int = 0

    async def follow(self) -> None:
        async for _ in self.socket:
            self.count += 1
            self.arrived.append(time.perf_counter())


@asynccontextmanager
async def _following(server: Running, token: str, number: int) -> AsyncIterator[list[Following]]:
    async with AsyncExitStack() as stack:
        found: list[Following] = []
        while len(found) < number:
            opened = [_opened(server, token) for _ in range(min(_OPENED_AT_ONCE, number - len(found)))]
            found += [Following(socket) for socket in await asyncio.gather(*opened)]
        for following in found:
            stack.push_async_callback(following.socket.close)
        tasks = [asyncio.create_task(following.follow()) for following in found]
        yield found
        for task in tasks:
            task.cancel()


async def _opened(server: Running, token: str) -> ClientConnection:
    address = f"ws://{HOST}:{server.port}/graphql"
    protocols = ["graphql-transport-ws"]
    socket = await connect(address, subprotocols=protocols, compression=None, ping_interval=None)  # type: ignore[arg-type] # a NewType of str
    init = {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}
    await socket.send(orjson.dumps(init).decode())
    await socket.recv()
    subscribe = {"id": "1", "type": "subscribe", "payload": {"query": _QUERY}}
    await socket.send(orjson.dumps(subscribe).decode())
    return socket


async def _reached(server: Running, token: str, writing: AsyncConnection, subscribers: int) -> Reached:
    before = server.resident_bytes
    async with _following(server, token, subscribers) as followings:
        await _change(writing, 0)
        await _until_all_have(followings, 1)
        kilobytes = (server.resident_bytes - before) / 1024 / subscribers
        cpu, began = server.cpu_seconds, time.perf_counter()
        await asyncio.sleep(5)
        idle = (server.cpu_seconds - cpu) / (time.perf_counter() - began)
        took: list[float] = []
        for number in range(1, _EVENTS + 1):
            began = time.perf_counter()
            await _change(writing, number)
            await _until_all_have(followings, number + 1)
            took += [following.arrived[number] - began for following in followings]
    return Reached(subscribers, took, kilobytes, idle)


async def _change(writing: AsyncConnection, number: int) -> None:
    await writing.execute(_SET, (f"{time.time_ns()}-{number}", 1))


async def _until_all_have(followings: Sequence[Following], number: int, patience: float = 120) -> None:
    async with asyncio.timeout(patience):
        while any(following.count < number for following in followings):  # noqa: ASYNC110 # a closed loop
            await asyncio.sleep(0.01)


async def _sustained(server: Running, token: str, writing: AsyncConnection, rate: int, seconds: int) -> Sustained:
    """Twenty times a second so many that it makes the rate, each change a transaction of its own."""
    async with _following(server, token, _FEW) as followings:
        await _change(writing, 0)
        await _until_all_have(followings, 1)
        committed: list[float] = []
        began = time.perf_counter()
        while (passed := time.perf_counter() - began) < seconds:
            while len(committed) < passed * rate:
                await writing.execute(
                    "UPDATE members SET home_address = %s WHERE id = %s",
                    (str(time.time_ns()), len(committed) % 20_000 + 1),
                )
                committed.append(time.perf_counter())
            await asyncio.sleep(0.05)
        took = time.perf_counter() - began
        await _until_all_have(followings, len(committed) + 1, patience=20 * seconds)
        lags = [
            max(following.arrived[number + 1] for following in followings) - committed[number]
            for number in range(0, len(committed), 50)
        ]
        lost = sum(len(committed) + 1 - following.count for following in followings)
    return Sustained(_FEW, len(committed), took, lags, lost)


def _reached_table(reached: Reached) -> Iterator[str]:
    times = [second * 1000 for second in reached.seconds]
    yield "| subscribers of one process | median, ms | 99 %, ms | slowest, ms | memory of each, KB | processor, idle |"
    yield "|---|---|---|---|---|---|"
    high = quantiles(times, n=100)[98]
    yield (
        f"| {reached.subscribers:,} | {median(times):.0f} | {high:.0f} | {max(times):.0f} | {reached.kilobytes:.0f} | "
        f"{reached.idle:.0%} |"
    )


def _sustained_table(sustained: Sustained) -> Iterator[str]:
    lags = [lag * 1000 for lag in sustained.lags]
    yield "| subscribers | changes/s | events/s to tell | from the commit to the last, median, ms | 99 %, ms | lost |"
    yield "|---|---|---|---|---|---|"
    rate = sustained.written / sustained.seconds
    high = quantiles(lags, n=100)[98]
    yield (
        f"| {sustained.subscribers} | {rate:.0f} | {rate * sustained.subscribers:,.0f} | {median(lags):.0f} | "
        f"{high:.0f} | {sustained.lost} |"
    )


if __name__ == "__main__":
    typer.run(main)
