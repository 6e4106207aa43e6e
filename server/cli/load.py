"""`dengta load`: a synthetic province instead of an empty register."""

import asyncio
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from domain.clock import system_clock, today
from domain.synthetic.province import Province
from files.demonstration import put_demonstration_files
from server.cli.failing import clear_errors, settings_from_environment
from server.database import migrated_database
from server.file_store import file_store_of
from server.settings import Settings
from storage.loading import LoadReport, load_province

_LATEST_DAY = date(2100, 1, 1)
_EARLIEST_DAY = date(2020, 1, 1)
_STAGES = {
    "organizations": "organisations 党组织",
    "members": "members 党员",
    "indexes": "indexes 索引",
    "rollups": "roll-ups 汇总",
}


def demo_province(members: int) -> Province:
    return Province(members, seed=1, day=today(system_clock))


def load(
    members: Annotated[int, typer.Option(min=1, max=20_000_000, help="How many members the province has.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="The same seed gives the same records.")] = 1,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day on which ages and terms are as told; without it today."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Where to write who breaks which rule; without it manifest.json of the data directory."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete everything that the register holds first.")
    ] = False,
) -> None:
    """Load a synthetic province (装载演示数据): the divisions of Shandong, with organisations and members made up.

    A known share of the members breaks the rules for data quality; the manifest tells who breaks which.
    """
    settings = settings_from_environment()
    as_of = day.date() if day else today(system_clock)
    if not _EARLIEST_DAY <= as_of <= _LATEST_DAY:
        raise typer.BadParameter(f"lies outside {_EARLIEST_DAY} to {_LATEST_DAY}", param_hint="--day")
    with clear_errors(), migrated_database(settings) as url:
        load_with_progress(url, settings, Province(members, seed, as_of), manifest=manifest, replace=replace)


def load_with_progress(
    url: str, settings: Settings, province: Province, *, manifest: Path | None = None, replace: bool = False
) -> None:
    """Reports on standard error; a bar for each stage where that is a terminal."""
    console = Console(stderr=True, soft_wrap=True)
    place = manifest or settings.data_directory / "manifest.json"
    columns = (TextColumn("{task.description:22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bars:
        report = load_province(url, province, place, replace=replace, progress=_Bars(bars))
    asyncio.run(put_demonstration_files(file_store_of(settings)))
    console.print(_summary(report, place), highlight=False)


class _Bars:
    """One bar a stage, which appears when its stage begins."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(_STAGES[stage], total=None)
        self._bars.update(self._tasks[stage], completed=done, total=total or None)


def _summary(report: LoadReport, manifest: Path) -> str:
    breaches = sum(report.breaches.values())
    return (
        f"Loaded {report.members:,} members in {report.organizations:,} organisations within {report.seconds:.1f} s. "
        f"{breaches:,} breaches of {len(report.breaches)} rules were put in; {manifest} tells which."
    )
