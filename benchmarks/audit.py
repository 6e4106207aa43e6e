"""`make bench-audit`: what it costs that every look-up is recorded before it is answered."""

import asyncio
import gc
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Annotated

import structlog
import typer
import uvloop
from sqlalchemy import func, select

from benchmarks.execution.contenders import Contender, contenders_on
from benchmarks.execution.load import answer_to
from benchmarks.execution.processes import Running, running
from benchmarks.execution.queries import Query, queries_about
from benchmarks.execution.side_by_side import Effort, Result, side_by_side
from benchmarks.execution.subjects import province_and_subject
from benchmarks.execution.verifying import verified_bodies
from benchmarks.pages import tell
from benchmarks.province import province_database
from domain.audit import AuditRecord
from domain.clock import system_clock
from domain.codes import AuditKind
from storage.audit_log import AuditLog
from storage.engine import Database, connect
from storage.models import AuditEntry

_ASKED = ("list", "one")
_TASKS = (1, 16, 100, 1_000)
_P50 = 0.5
_DETAILS = {"document": "0" * 64, "lookups": [{"field": "members", "returned": 100}]}


_GROUP_HEAD = ("| tasks | entries/s | groups/s | groups per entry |", "|---|---|---|---|")


class UnfitToMeasureError(Exception):
    """What would be measured is not what the table says."""


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 100_000,
    seconds: Annotated[float, typer.Option(help="How long each server is asked in a round.")] = 2,
    rounds: Annotated[int, typer.Option(help="How many rounds there are.")] = 5,
    write: Annotated[Path | None, typer.Option(help="A page to put the results into, between its marks.")] = None,
) -> None:
    """Compare the server with one that records no look-ups, in turn; then measure the group commit alone."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the servers as Ctrl-C does
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with province_database(members) as url, TemporaryDirectory() as folder:
        lines = uvloop.run(_measure(url, Path(folder), Effort(seconds, rounds)))
    tell("audit", f"{members:,} members", lines, write)


async def _measure(url: str, folder: Path, effort: Effort) -> list[str]:
    database = connect(url, connections=2, audit_key=b"benchmark")
    try:
        await _require_fsync(database)
        province, subject = await province_and_subject(database)
        recording = contenders_on(url, folder, province).dengta
        queries = [each for each in queries_about(subject) if each.name in _ASKED]
        gc.freeze()  # what is loaded by now need not be looked through while others are timed
        results = await _side_by_side(database, _both(recording), queries, effort)
        groups = [await _group_commit(database.audit_log, tasks, effort.seconds) for tasks in _TASKS]
        return [*_table(results), "", *_GROUP_HEAD, *groups]
    finally:
        await database.close()


async def _require_fsync(database: Database) -> None:
    row = await database.row(select(func.current_setting("fsync")))
    if row is None or row[0] != "on":
        raise UnfitToMeasureError("PostgreSQL runs without fsync.")


async def _side_by_side(
    database: Database, contenders: Sequence[Contender], queries: Sequence[Query], effort: Effort
) -> list[Result]:
    with ExitStack() as stack:
        servers = [stack.enter_context(running(each)) for each in contenders]
        bodies = await verified_bodies(servers, queries)
        for server, entries in zip(servers, (1, 0), strict=True):
            await _require_entries(database, server, queries[0], entries)
        return await side_by_side(servers, queries, bodies, effort)


def _both(recording: Contender) -> tuple[Contender, Contender]:
    command = (sys.executable, "-m", "benchmarks.unrecorded", "serve")
    return recording, replace(recording, name=f"{recording.name}, unrecorded", command=command)


async def _require_entries(database: Database, server: Running, query: Query, expected: int) -> None:
    """So many for one answer of this server."""
    count = select(func.count()).select_from(AuditEntry).where(AuditEntry.kind == AuditKind.ARCHIVE_LOOKUP)
    before = await database.number(count)
    await answer_to(server.port, server.contender.request(query))
    if await database.number(count) - before != expected:
        raise UnfitToMeasureError(f"{server.contender.name} does not leave {expected} entries for an answer.")


def _table(results: Sequence[Result]) -> Iterator[str]:
    """The results come in pairs: recorded, unrecorded."""
    yield "| query | clients | p50, ms: recorded | not | ratio | requests/s: recorded | not | ratio |"
    yield "|---|---|---|---|---|---|---|---|"
    for recorded, not_ in zip(results[::2], results[1::2], strict=True):
        p50, p50_not = recorded.milliseconds(_P50), not_.milliseconds(_P50)
        yield (
            f"| {recorded.query} | {recorded.clients} | {p50:.2f} | {p50_not:.2f} | {p50 / p50_not:.2f} "
            f"| {recorded.per_second:,.0f} | {not_.per_second:,.0f} | {recorded.per_second / not_.per_second:.2f} |"
        )


async def _group_commit(log: AuditLog, tasks: int, seconds: float) -> str:
    """Entries from so many tasks, each of which records the next one when the last is durable."""
    await log.record(_record())  # opens the connection
    groups, began = log.groups, perf_counter()
    entries = sum(await asyncio.gather(*(_recorded_until(log, began + seconds) for _ in range(tasks))))
    took, groups = perf_counter() - began, log.groups - groups
    return f"| {tasks:,} | {entries / took:,.0f} | {groups / took:,.0f} | {groups / entries:.3f} |"


async def _recorded_until(log: AuditLog, end: float) -> int:
    entries = 0
    while perf_counter() < end:
        await log.record(_record())
        entries += 1
    return entries


def _record() -> AuditRecord:
    return AuditRecord(AuditKind.ARCHIVE_LOOKUP, system_clock(), "benchmark", operation="List", details=_DETAILS)


if __name__ == "__main__":
    typer.run(main)
