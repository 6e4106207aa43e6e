"""`make bench-overload`: what becomes of twice and five times as much as the server can do, and afterwards.

The server and PostgreSQL have all processors but the last, which is the load generator's.
"""

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Annotated

import psutil  # type: ignore[import-untyped] # it comes without types
import typer
import uvloop
from rich.console import Console
from sqlalchemy import func, select

from auth.actor import Role
from auth.signing_keys import signing_keys_at
from auth.tokens import TokenAuthority
from benchmarks.execution.contenders import Contender, contenders_on
from benchmarks.execution.load import answer_to, same_request
from benchmarks.execution.processes import Running, running
from benchmarks.execution.queries import Query, list_of, queries_about
from benchmarks.execution.subjects import province_and_subject
from benchmarks.execution.verifying import verified_bodies
from benchmarks.open_loop import Told, arrivals
from benchmarks.pages import tell
from benchmarks.province import province_database
from domain.records import OrganizationRecord
from storage.engine import connect

_OK, _BUSY = 200, 503
_CALLERS = 50
_CLOSED_CLIENTS = 6
_STEPS = (0.7, 0.8, 0.9, 1.0, 1.1, 1.2)
"""Of what a closed loop gets: among these rates is the one at which most is answered."""

_NORMAL = 0.7
"""Of the saturating load: a busy server that keeps up."""

_WINDOW = 0.5
"""Seconds by which the time after the load is looked at."""

_AS_BEFORE = 1.5
"""How many times the normal p99 a window may have that counts as normal; half a second is few requests."""

_ON_END = 4
"""So many windows. A single one is not normal now and then under the normal load itself."""

_console = Console(stderr=True)


@dataclass(frozen=True)
class Measured:
    """One rate of arrivals for some seconds."""

    rate: float
    seconds: float
    told: Sequence[Told]

    @property
    def accepted(self) -> Sequence[Told]:
        return [each for each in self.told if each.status == _OK]

    @property
    def goodput(self) -> float:
        """Answers a second, of what arrived and was answered while the load lasted."""
        return sum(each.answered <= self.seconds for each in self.accepted) / self.seconds

    @property
    def refused(self) -> float:
        """The share that was told to come again."""
        return sum(each.status == _BUSY for each in self.told) / len(self.told)

    @property
    def lost(self) -> int:
        """Neither answered nor refused."""
        return sum(each.status not in (_OK, _BUSY) for each in self.told)

    def milliseconds(self, quantile: float) -> float:
        return quantile_of([each.latency for each in self.accepted], quantile) * 1000


def quantile_of(values: Sequence[float], quantile: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * quantile))] if ordered else float("nan")


@dataclass(frozen=True)
class Round:
    normal: Measured
    once: Measured
    twice: Measured
    five_times: Measured
    recovery: float
    """Seconds after twice the load until two seconds on end are normal."""


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 100_000,
    seconds: Annotated[float, typer.Option(help="How long each load lasts.")] = 20,
    rounds: Annotated[int, typer.Option(help="How often it is measured.")] = 3,
    write: Annotated[Path | None, typer.Option(help="A page to put the results into, between its marks.")] = None,
) -> None:
    """Find the load that saturates the server, then bring once, twice and five times as much."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the server as Ctrl-C does
    with province_database(members) as url, TemporaryDirectory() as folder:
        lines = uvloop.run(_measure(url, Path(folder), seconds, rounds))
    tell("overload", f"{members:,} members, {os.cpu_count()} processors", lines, write)


async def _measure(url: str, folder: Path, seconds: float, rounds: int) -> list[str]:
    database = connect(url, connections=2)
    try:
        province, subject = await province_and_subject(database)
        backend = await database.number(select(func.pg_backend_pid()))
        postmaster = psutil.Process(backend).parent()
    finally:
        await database.close()
    dengta = contenders_on(url, folder, province).dengta
    queries = [list_of(20), next(each for each in queries_about(subject) if each.name == "one")]
    with _apart(dengta, postmaster) as server:
        await verified_bodies([server], queries)
        requests = _requests(dengta, folder, province, queries)
        load = _Load(server, requests, seconds)
        peak = await load.peak()
        results = [await load.round(peak) for _ in range(rounds)]
        return list(_table(peak, results))


def _requests(dengta: Contender, folder: Path, place: OrganizationRecord, queries: Sequence[Query]) -> list[bytes]:
    """Every query by each of some callers."""
    environment = dengta.environment
    keys = signing_keys_at(folder / "signing-key.json")
    authority = TokenAuthority(keys, environment["DENGTA_ISSUER"], environment["DENGTA_AUDIENCE"])
    tokens = [
        authority.issue(f"caller-{number}", Role.ADMINISTRATOR, place, timedelta(hours=12))
        for number in range(_CALLERS)
    ]
    callers = [replace(dengta, headers={"Authorization": f"Bearer {token}"}) for token in tokens]
    return [caller.request(query) for caller in callers for query in queries]


@dataclass(frozen=True)
class _Load:
    server: Running
    requests: Sequence[bytes]
    seconds: float

    async def peak(self) -> Measured:
        """Of an open loop at rates around what a closed one gets, the one at which most is answered."""
        await self._closed(2)
        closed = await self._closed(4)
        steps = [await self._at(step * closed, self.seconds / 2) for step in _STEPS]
        return max(steps, key=lambda each: each.goodput)

    async def _closed(self, seconds: float) -> float:
        """Requests a second by clients that wait for each answer; half of each query."""
        got = []
        for request in self.requests[:2]:
            body = await answer_to(self.server.port, request)
            got.append((await same_request(self.server.port, request, body, _CLOSED_CLIENTS, seconds / 2)).per_second)
        return len(got) / sum(1 / each for each in got)

    async def round(self, peak: Measured) -> Round:
        saturating = peak.goodput
        normal = await self._at(_NORMAL * saturating, self.seconds)
        once = await self._at(saturating, self.seconds)
        twice = await self._at(2 * saturating, self.seconds)
        afterwards = await self._at(_NORMAL * saturating, self.seconds)
        five_times = await self._at(5 * saturating, self.seconds)
        return Round(normal, once, twice, five_times, _recovery(afterwards, _AS_BEFORE * normal.milliseconds(0.99)))

    async def _at(self, rate: float, seconds: float) -> Measured:
        told = await arrivals(self.server.port, self.requests, rate, seconds)
        measured = Measured(rate, seconds, told)
        _console.print(
            f"{rate:,.0f}/s: {measured.goodput:,.0f}/s answered, p99 {measured.milliseconds(0.99):.1f} ms, "
            f"{measured.refused:.1%} refused, {measured.lost} lost"
        )
        return measured


def _recovery(afterwards: Measured, normal: float) -> float:
    """Seconds until all windows of some time are normal: nothing refused or lost, and their p99 (milliseconds) as
    before. Infinite when there is no such time."""
    windows = [_is_normal(afterwards, number * _WINDOW, normal) for number in range(int(afterwards.seconds / _WINDOW))]
    ends = (n for n in range(_ON_END, len(windows) + 1) if all(windows[n - _ON_END : n]))
    return next(((n - _ON_END) * _WINDOW for n in ends), inf)


def _is_normal(measured: Measured, began: float, normal: float) -> bool:
    within = [each for each in measured.told if began <= each.due < began + _WINDOW]
    p99 = quantile_of([each.latency for each in within], 0.99) * 1000
    return p99 <= normal and all(each.status == _OK for each in within)


def _table(peak: Measured, rounds: Sequence[Round]) -> Iterator[str]:
    best = max(peak.goodput, *(each.once.goodput for each in rounds))
    yield f"Most that is answered: {best:,.0f} operations a second."
    yield ""
    yield "| load | offered/s | answered/s | of the most | p50, ms | p99, ms | p99 to normal | refused | lost |"
    yield "|---|---|---|---|---|---|---|---|---|"
    normal = median(each.normal.milliseconds(0.99) for each in rounds)
    loads: Sequence[tuple[str, Callable[[Round], Measured]]] = (
        (f"normal ({_NORMAL:.0%})", lambda each: each.normal),
        ("saturating", lambda each: each.once),
        ("twice", lambda each: each.twice),
        ("five times", lambda each: each.five_times),
    )
    for name, of in loads:
        yield _row(name, [of(each) for each in rounds], best, normal)
    yield ""
    longest = max(each.recovery for each in rounds)
    yield f"From the end of twice the load to two normal seconds on end: {longest:.1f} s, the longest of {len(rounds)}."


def _row(name: str, measured: Sequence[Measured], best: float, normal: float) -> str:
    goodput = median(each.goodput for each in measured)
    p50, p99 = (median(each.milliseconds(quantile) for each in measured) for quantile in (0.5, 0.99))
    return (
        f"| {name} | {median(each.rate for each in measured):,.0f} | {goodput:,.0f} | {goodput / best:.0%} | {p50:.1f} "
        f"| {p99:.1f} | {p99 / normal:.1f} | {median(each.refused for each in measured):.0%} "
        f"| {sum(each.lost for each in measured)} |"
    )


@contextmanager
def _apart(dengta: Contender, postmaster: psutil.Process) -> Iterator[Running]:
    """The server; this process is on the last processor, the server and PostgreSQL are on the others."""
    here = psutil.Process()
    every = here.cpu_affinity()
    others = every[:-1] or every
    for process in (postmaster, *postmaster.children()):
        process.cpu_affinity(others)
    here.cpu_affinity(others)  # which the server inherits
    with running(dengta) as server:
        here.cpu_affinity(every[-1:])
        try:
            yield server
        finally:
            here.cpu_affinity(every)


if __name__ == "__main__":
    typer.run(main)
