"""`make bench-quality`: how long a check of the whole register takes, with how much memory, and its reports."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, NamedTuple

import structlog
import typer
from rich.progress import Progress
from sqlalchemy import delete, func, select

from benchmarks.asking import Asker, Desk, desk
from benchmarks.measuring import repeated
from benchmarks.pages import tell
from benchmarks.province import large_places, province_database
from domain.clock import system_clock
from domain.validation import CATALOGUE
from schema.identifiers import encoded
from server.checking import MEMBERS_AT_A_TIME
from storage.checks import roots, run_chunk, start_check
from storage.engine import Database
from storage.members import count_members
from storage.models import ValidationResult

_REPORT = """
{ qualityReport(organizationId: %s) {
  rows { organization { name } errors membersWithErrors warnings membersWithWarnings hints membersWithHints }
  total { errors membersWithErrors warnings membersWithWarnings hints membersWithHints }
} }
"""
_SPECIAL = "{ specialCheck(organizationId: %s) { rows { organization { name } counts { rule { code } members } } } }"
_RESULTS = """
{ validationResults(where: {within: %s, severities: [ERROR]}, first: 50) { nodes { rule { code } member { name } } } }
"""
_ASKED = {"quality report": _REPORT, "special check": _SPECIAL, "the first 50 errors": _RESULTS}
_TIMES = 7
_SAMPLES = 10


class Sample(NamedTuple):
    members: int
    seconds: float
    megabytes: float


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    write: Annotated[Path | None, typer.Option(help="A page to put the result into, between its marks.")] = None,
) -> None:
    """Forget what was found before, check everybody as a job does, and ask for the reports."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with province_database(members) as url:
        lines = asyncio.run(_measured(url))
    tell("quality", f"{members:,} members", lines, write)


async def _measured(url: str) -> list[str]:
    async with desk(url) as at:
        checked = list(_check_table(await _checked(at.database)))
        found = await at.database.number(select(func.count()).select_from(ValidationResult))
        reports = await _reports(at)
    return [*checked, "", f"{found:,} breaches were found.", "", *_report_table(reports)]


async def _checked(database: Database) -> list[Sample]:
    """Chunk by chunk, from the first member to the last."""
    async with database.writing() as session:
        await session.allow(600)
        await session.execute(delete(ValidationResult))
    [(organization_id, path)] = await roots(database)
    total = await count_members(database, path, None)
    values = {"organization_id": organization_id, "org_path": path, "members_total": total, "started_by": None}
    async with database.writing() as session:
        rules = [rule.code for rule in CATALOGUE]
        check = await start_check(session, {**values, "rules": rules, "started_at": system_clock()})
    if check is None:
        raise RuntimeError("A check of this register is under way.")
    return await _run(database, check.id, total)


async def _run(database: Database, check_id: int, total: int) -> list[Sample]:
    samples, done, began = [Sample(0, 0, _resident())], 0, time.monotonic()
    with Progress(transient=True) as progress:
        task = progress.add_task("members", total=total)
        while await run_chunk(database, check_id, system_clock(), MEMBERS_AT_A_TIME):
            done += MEMBERS_AT_A_TIME
            progress.update(task, completed=done)
            if done < total and done >= len(samples) * total / _SAMPLES:
                samples.append(Sample(done, time.monotonic() - began, _resident()))
    return [*samples, Sample(total, time.monotonic() - began, _resident())]


def _resident() -> float:
    """Megabytes of this process."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) / 1024


async def _reports(at: Desk) -> Mapping[str, Mapping[str, float]]:
    found = {}
    for organization in await large_places(at.database):
        asker = at.asker(organization)
        found[str(organization.kind)] = await repeated(asker, _queries(asker), _TIMES)
    return found


def _queries(asker: Asker) -> dict[str, str]:
    place = f'"{encoded("Organization", asker.organization.id)}"'
    return {name: query % place for name, query in _ASKED.items()}


def _check_table(samples: list[Sample]) -> Iterator[str]:
    yield "| members checked | seconds | memory of the process, MB |"
    yield "|---|---|---|"
    for sample in samples:
        yield f"| {sample.members:,} | {sample.seconds:.1f} | {sample.megabytes:.0f} |"


def _report_table(columns: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield f"| median, ms | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for name in _ASKED:
        yield f"| {name} | {' | '.join(f'{column[name]:.1f}' for column in columns.values())} |"


if __name__ == "__main__":
    typer.run(main)
