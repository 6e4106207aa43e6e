"""`make bench-changes`: how soon changes reach many who follow them, what each of these costs, and what is lost."""

import asyncio
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_bytes, token_hex, token_urlsafe
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Annotated, LiteralString, NamedTuple

import typer
from psycopg import AsyncConnection
from rich.console import Console

from auth.signing_keys import signing_keys_at
from auth.tokens import TokenAuthority
from benchmarks.execution.contenders import Contender
from benchmarks.execution.processes import Running, running
from benchmarks.followers import Follower, following
from benchmarks.pages import tell
from benchmarks.province import province_database
from domain.changes import ChangeCursor
from storage.demo_accounts import organizations_for_demo
from storage.engine import connect as database_at
from storage.engine import libpq_url
from storage.grants import NewGrant, begin_grant
from storage.partners import NewPartner, add_partner
from storage.standing import standing_of_grant

_QUERY = "subscription ($after: String) { changes(after: $after) { cursor type objectId changedFields } }"
_ISSUER, _AUDIENCE = "https://benchmark", "benchmark"
_SCOPES = ("changes:read", "members:read")
_FEW = 100
"""Follow while many changes are made."""

_SET = "UPDATE members SET home_address = %s WHERE id = %s"
_WRITERS = 10
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
    processor: float
    """Share of one that the server takes meanwhile."""


def main(
    subscribers: Annotated[int, typer.Option(help="How many follow while single changes are made.")] = 5_000,
    rate: Annotated[int, typer.Option(help="Changes a second, for the sustained part.")] = 500,
    seconds: Annotated[int, typer.Option(help="How long these go on.")] = 60,
    write: Annotated[Path | None, typer.Option(help="A page to put the result into, between its marks.")] = None,
) -> None:
    """One server process; who writes and who follows are on the same machine. Each follows by a grant of its own."""
    with province_database(20_000) as url, TemporaryDirectory() as folder:
        lines = asyncio.run(_measured(url, Path(folder), subscribers, rate, seconds))
    tell("changes", "20,000 members", lines, write)


async def _measured(url: str, folder: Path, subscribers: int, rate: int, seconds: int) -> list[str]:
    tokens = await _tokens(url, folder, max(subscribers, _FEW))
    console = Console(stderr=True)
    with running(_server(url, folder)) as server:
        async with await AsyncConnection.connect(libpq_url(url), autocommit=True) as writing:
            console.print(f"{subscribers} subscribers")
            reached = await _reached(server, tokens[:subscribers], writing)
            console.print("\n".join(_reached_table(reached)))
            console.print(f"{rate} changes a second for {seconds} s to {_FEW}")
            sustained = await _sustained(url, server, tokens[:_FEW], writing, rate, seconds)
    return [*_reached_table(reached), "", *_sustained_table(sustained)]


async def _tokens(url: str, folder: Path, number: int) -> list[str]:
    """Of one partner over the whole province, each by a grant of its own."""
    keys = signing_keys_at(folder / "signing-key.json")
    authority = TokenAuthority(keys, _ISSUER, _AUDIENCE)
    now = datetime.now(UTC)
    async with database_at(url, connections=1, audit_key=token_bytes(32)) as database:
        province = (await organizations_for_demo(database))[0]
        async with database.writing() as session:
            named = f"benchmark-{token_hex(4)}"
            partner = await add_partner(session, NewPartner(named, named, province.id, list(_SCOPES), "none"))
            grants = [
                NewGrant(token_urlsafe(), partner.id, None, None, " ".join(_SCOPES), now, now + timedelta(hours=12))
                for _ in range(number)
            ]
            for grant in grants:
                await begin_grant(session, grant, now)
        standing = await standing_of_grant(database, grants[0].id, now)
    assert standing is not None  # noqa: S101 # it has just been made
    standings = [replace(standing, grant_id=grant.id) for grant in grants]
    return [authority.issue_for_grant(each, grants[0].scope, timedelta(hours=12)) for each in standings]


def _server(url: str, folder: Path) -> Contender:
    environment = {"DATABASE_URL": url, "DENGTA_DATA_DIRECTORY": str(folder), "DENGTA_PORT": "{port}"}
    environment |= {"DENGTA_ISSUER": _ISSUER, "DENGTA_AUDIENCE": _AUDIENCE, "DENGTA_JOBS_IN_SERVER": "false"}
    environment |= {"DENGTA_SUBSCRIPTIONS_PER_PARTNER": "100000"}
    command = (sys.executable, "-c", "from server.cli import main; main()", "serve")
    return Contender("Dengta", command, environment)


async def _reached(server: Running, tokens: Sequence[str], writing: AsyncConnection) -> Reached:
    before, subscribers = server.resident_bytes, len(tokens)
    async with following(server.port, tokens, await _from_now(writing)) as followings:
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
            took += [each.arrived[number] - began for each in followings]
    return Reached(subscribers, took, kilobytes, idle)


async def _from_now(writing: AsyncConnection) -> dict[str, object]:
    """What to ask, so that none is missed from here on."""
    async with asyncio.timeout(10):
        while await _number(writing, "SELECT count(*) FROM change_outbox"):  # noqa: ASYNC110 # of no subscriber
            await asyncio.sleep(0.05)
    series = await _number(writing, "SELECT series FROM change_feed")
    position = await _number(writing, "SELECT position FROM change_feed")
    return {"query": _QUERY, "variables": {"after": str(ChangeCursor(series, position))}}


async def _number(connection: AsyncConnection, statement: LiteralString) -> int:
    [[number]] = await (await connection.execute(statement)).fetchall()
    return int(number)


async def _change(writing: AsyncConnection, number: int) -> None:
    await writing.execute(_SET, (f"{time.time_ns()}-{number}", 1))


async def _until_all_have(followings: Sequence[Follower], number: int, patience: float = 120) -> None:
    async with asyncio.timeout(patience):
        while any(len(each.arrived) < number for each in followings):  # noqa: ASYNC110 # a closed loop
            await asyncio.sleep(0.01)


async def _sustained(  # noqa: PLR0913 # what it is about
    url: str, server: Running, tokens: Sequence[str], writing: AsyncConnection, rate: int, seconds: int
) -> Sustained:
    async with following(server.port, tokens, await _from_now(writing)) as followings:
        await _change(writing, 0)
        await _until_all_have(followings, 1)
        began, cpu = time.perf_counter(), server.cpu_seconds
        committed = await _written(url, rate, seconds)
        took, busy = time.perf_counter() - began, server.cpu_seconds - cpu
        await _until_all_have(followings, len(committed) + 1, patience=20 * seconds)
        lags = [
            max(each.arrived[number + 1] for each in followings) - committed[number]
            for number in range(0, len(committed), 50)
        ]
        lost = sum(len(committed) + 1 - len(each.arrived) for each in followings)
    return Sustained(len(tokens), len(committed), took, lags, lost, busy / took)


async def _written(url: str, rate: int, seconds: int) -> list[float]:
    """When each was committed, in their order. Each change is a transaction of its own."""
    committed: list[float] = []
    began = time.perf_counter()

    async def write(number: int) -> None:
        async with await AsyncConnection.connect(libpq_url(url), autocommit=True) as connection:
            for turn in range(rate * seconds // _WRITERS):
                await asyncio.sleep(max(0.0, began + turn * _WRITERS / rate - time.perf_counter()))
                await connection.execute(_SET, (str(time.time_ns()), (turn * _WRITERS + number) % 20_000 + 1))
                committed.append(time.perf_counter())

    await asyncio.gather(*map(write, range(_WRITERS)))
    return committed


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
    yield (
        "| subscribers | changes/s | events/s to tell | from the commit to the last, median, ms | 99 %, ms | lost | "
        "processor |"
    )
    yield "|---|---|---|---|---|---|---|"
    rate = sustained.written / sustained.seconds
    high = quantiles(lags, n=100)[98]
    yield (
        f"| {sustained.subscribers} | {rate:.0f} | {rate * sustained.subscribers:,.0f} | {median(lags):.0f} | "
        f"{high:.0f} | {sustained.lost} | {sustained.processor:.0%} |"
    )


if __name__ == "__main__":
    typer.run(main)
