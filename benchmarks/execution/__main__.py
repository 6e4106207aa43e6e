"""`make bench-execution`: what execution costs, beside other ways to give the same answers."""

import gc
import platform
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import structlog
import typer
import uvloop

from benchmarks.execution.cold import never_seen_documents
from benchmarks.execution.cold_in_memory import never_seen_in_memory
from benchmarks.execution.compile_time import first_compilation
from benchmarks.execution.contenders import NODE, Contenders, contenders_on
from benchmarks.execution.growth import growth_of
from benchmarks.execution.processes import running
from benchmarks.execution.queries import Query, Subject, queries_about
from benchmarks.execution.side_by_side import Effort, side_by_side
from benchmarks.execution.subjects import province_and_subject
from benchmarks.execution.tables import beside, table_of
from benchmarks.execution.verifying import verified_bodies
from benchmarks.pages import put_between_marks
from benchmarks.province import province_database
from domain.records import OrganizationRecord
from storage.engine import connect, psycopg_url
from storage.members import count_members


def main(  # noqa: PLR0913 # a command's options
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    seconds: Annotated[float, typer.Option(help="How long each contender is asked in a round.")] = 5,
    rounds: Annotated[int, typer.Option(help="How many rounds there are.")] = 3,
    write: Annotated[Path | None, typer.Option(help="A page to put the results into, between its marks.")] = None,
    query: Annotated[list[str] | None, typer.Option(help="Only these queries, by name, and nothing else.")] = None,
    database_url: Annotated[str | None, typer.Option(help="A province that is there already; it is only read.")] = None,
    postgraphile: Annotated[bool, typer.Option("--postgraphile", help="Ask PostGraphile too.")] = False,
) -> None:
    """Compare Dengta, on either executor, with Strawberry applications and with the floor, in turn."""
    if postgraphile and not NODE.exists():
        raise typer.BadParameter("PostGraphile is not installed; `make bench-postgraphile` does that.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends the contenders as Ctrl-C does
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with _province(members, database_url) as url, TemporaryDirectory() as folder:
        lines = uvloop.run(_measure(url, Path(folder), Effort(seconds, rounds), query or [], postgraphile))
    text = "\n".join(lines)
    print(text)  # noqa: T201 # the result
    if write:
        put_between_marks(write, "execution", text)


@contextmanager
def _province(members: int, url: str | None) -> Iterator[str]:
    if url is not None:
        yield psycopg_url(url)
        return
    with province_database(members) as own:
        yield own


async def _measure(url: str, folder: Path, effort: Effort, names: list[str], postgraphile: bool) -> list[str]:
    province, subject, members = await _chosen(url)
    contenders = contenders_on(url, folder, province, with_postgraphile=postgraphile)
    gc.freeze()  # what is loaded by now need not be looked through while others are timed
    lines = [f"{members:,} members, {platform.machine()}, Python {platform.python_version()}.", ""]
    queries = [each for each in queries_about(subject) if not names or each.name in names]
    lines += await _compared(contenders, queries, effort)
    if names:
        return lines
    lines += await _cold(contenders, effort)
    lines += ["", "### Large pages of the list", ""]
    lines += [line async for line in growth_of(contenders.dengta, members, effort.seconds)]
    lines += ["", "### The first compilation of a large document", "", *first_compilation()]
    return lines


async def _chosen(url: str) -> tuple[OrganizationRecord, Subject, int]:
    """(the province, whom the queries ask about, how many members there are)."""
    database = connect(url, connections=1)
    try:
        province, subject = await province_and_subject(database)
        return province, subject, await count_members(database, province.path, None)
    finally:
        await database.close()


async def _compared(contenders: Contenders, queries: list[Query], effort: Effort) -> list[str]:
    with ExitStack() as stack:
        servers = [stack.enter_context(running(each)) for each in contenders.all]
        bodies = await verified_bodies(servers, queries)
        results = await side_by_side(servers, queries, bodies, effort)
    lines = [*table_of(results, contenders)]
    return [*lines, *beside(contenders.postgraphile, results, contenders)] if contenders.postgraphile else lines


async def _cold(contenders: Contenders, effort: Effort) -> list[str]:
    with running(contenders.dengta) as compiled, running(contenders.interpreted) as interpreted:
        lines = [line async for line in never_seen_documents(compiled, interpreted, effort)]
    lines += ["", "Without a server and a database, on objects in memory:", "", *never_seen_in_memory()]
    return ["", "### Documents never seen before", "", *lines]


typer.run(main)
