"""Loads a synthetic province, with a bar for each stage."""

import asyncio
from datetime import date
from pathlib import Path

import orjson
import typer
from rich.progress import Progress, TaskID

from domain.clock import system_clock, today
from domain.synthetic.province import Province
from files.demonstration import put_demonstration_files
from server.cli.failing import clear_errors, settings_from_environment
from server.commands.progress import bars
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


def load_synthetic(  # noqa: PLR0913 # the options of the command
    members: int, seed: int, day: date | None, manifest: Path | None, *, replace: bool, as_json: bool
) -> None:
    settings = settings_from_environment()
    as_of = day or today(system_clock)
    if not _EARLIEST_DAY <= as_of <= _LATEST_DAY:
        raise typer.BadParameter(f"lies outside {_EARLIEST_DAY} to {_LATEST_DAY}", param_hint="--day")
    with clear_errors(), migrated_database(settings) as url:
        province = Province(members, seed, as_of)
        report = load_with_progress(url, settings, province, manifest=manifest, replace=replace)
    if as_json:
        typer.echo(orjson.dumps(_document(report, _place(settings, manifest))).decode())


def load_with_progress(
    url: str, settings: Settings, province: Province, *, manifest: Path | None = None, replace: bool = False
) -> LoadReport:
    """Reports on standard error; a bar for each stage where that is a terminal."""
    place = _place(settings, manifest)
    with bars(remain=True) as shown:
        report = load_province(url, province, place, replace=replace, progress=_Bars(shown))
    asyncio.run(put_demonstration_files(file_store_of(settings)))
    typer.echo(_summary(report, place), err=True)
    return report


def _place(settings: Settings, manifest: Path | None) -> Path:
    return manifest or settings.data_directory / "manifest.json"


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


def _document(report: LoadReport, manifest: Path) -> dict[str, object]:
    return {
        "members": report.members,
        "organizations": report.organizations,
        "seconds": round(report.seconds, 1),
        "breaches": dict(report.breaches),
        "manifest": str(manifest),
    }
