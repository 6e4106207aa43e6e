"""`make bench-exports`: how fast jobs write exports, as CSV and XLSX, and with how much memory."""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple

import structlog
import typer
from obstore.store import LocalStore

from auth.live_matrix import LiveMatrix
from benchmarks.asking import Asker, desk
from benchmarks.pages import tell
from benchmarks.province import large_places, province_database
from domain.clock import system_clock
from domain.codes import ExportFormat
from domain.exports import ExportBounds
from files.store import FileStore
from schema.build import graphql_schema
from schema.columns import exported_columns
from schema.identifiers import number_of
from schema.query_inputs import MemberColumn
from server.app import DEFAULT_PERMISSIONS, SCHEMA
from server.exporting import Exporting

_CODE_KEY = b"benchmark"
_START = """
mutation Start($input: ExportMembersInput!) { exportMembers(input: $input) { export { id } errors { message } } }
"""
_READ = "query Read($id: ID!) { export(id: $id) { state rowsDone size } }"


class Measured(NamedTuple):
    written_as: str
    columns: int
    rows: int
    seconds: float
    megabytes: float
    before: float
    peak: float


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    every_column: Annotated[bool, typer.Option(help="Also with all columns; a million rows take half an hour.")] = True,
    write: Annotated[Path | None, typer.Option(help="A page to put the result into, between its marks.")] = None,
) -> None:
    """Export a county, a city and the province: with eight columns, and with all."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with province_database(members) as url:
        found = asyncio.run(_measured(url, every_column))
    tell("exports", f"{members:,} members", _table(found), write)


async def _measured(url: str, every_column: bool) -> list[Measured]:
    bounds = ExportBounds(direct_rows=0)
    every = [name.upper() for name in exported_columns(MemberColumn) or ()]
    eight = ["NAME", "IDENTITY_NUMBER", "GENDER", "BIRTH_DATE", "EDUCATION", "BRANCH", "JOINED_ON", "PHONE"]
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as folder:
        files = FileStore(LocalStore(folder))
        async with desk(url, code_key=_CODE_KEY, exports=bounds) as at:
            matrix = LiveMatrix(DEFAULT_PERMISSIONS, at.database)
            schema = graphql_schema(SCHEMA)
            worker = Exporting(at.database, files, matrix, system_clock, _CODE_KEY, schema, bounds)
            for place in reversed(await large_places(at.database)):
                for written_as in ExportFormat:
                    for columns in (eight, every)[: 1 + every_column]:
                        found.append(await _one(at.asker(place), worker, written_as.value, columns))  # noqa: PERF401 # it awaits
    return found


async def _one(asker: Asker, worker: Exporting, written_as: str, columns: list[str]) -> Measured:
    answer = await asker.ask(_START, {"input": {"format": written_as, "columns": columns}})
    number = answer["exportMembers"]["export"]["id"]
    _forget_the_peak()
    before, began = _memory("VmRSS"), time.monotonic()
    await worker.run(number_of("Export", number))
    took = time.monotonic() - began
    export = (await asker.ask(_READ, {"id": number}))["export"]
    if export["state"] != "READY":
        raise RuntimeError(f"It became {export['state']}.")
    size = export["size"] / 1024 / 1024
    return Measured(written_as, len(columns), export["rowsDone"], took, size, before, _memory("VmHWM"))


def _forget_the_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _memory(name: str) -> float:
    """Megabytes of this process."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields[name].split()[0]) / 1024


def _table(found: list[Measured]) -> Iterator[str]:
    yield "| as | columns | rows | seconds | rows/s | file, MB | memory before, MB | at its peak, MB |"
    yield "|---|---|---|---|---|---|---|---|"
    for each in found:
        speed = each.rows / each.seconds
        yield (
            f"| {each.written_as} | {each.columns} | {each.rows:,} | {each.seconds:.1f} | {speed:,.0f} |"
            f" {each.megabytes:.1f} | {each.before:.0f} | {each.peak:.0f} |"
        )


if __name__ == "__main__":
    typer.run(main)
