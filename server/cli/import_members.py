"""`dengta import members`: new members from a CSV or XLSX file, all of them or none."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from domain.clock import system_clock, today
from server.cli.failed_imports import REFUSED, failures_reported, refuse_unusable_errors_file
from server.cli.failing import clear_errors, settings_from_environment
from server.database import migrated_database
from server.importing.import_report import ImportReport
from server.importing.member_import import MemberImport
from sheets.opening import open_sheet
from sheets.row_errors import row_errors
from storage.loading import require_whole_register
from storage.member_writing import MemberWriting, member_writing


def import_members(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV or XLSX file.")],
    sheet: Annotated[str | None, typer.Option(help="The worksheet to read; without it the first one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and save nothing.")] = False,
    errors: Annotated[Path | None, typer.Option(dir_okay=False, help="A CSV file to write all errors to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as one JSON object.")] = False,
) -> None:
    """Import new members (导入党员) from a CSV or XLSX file: all of them, or none when any row has an error.

    The first row names the columns, in Chinese or English; docs/import-members.md lists them and what they accept.
    """
    refuse_unusable_errors_file(errors, file)
    report = ImportReport(as_json=as_json)
    with (
        clear_errors(),
        failures_reported(report),
        open_sheet(file, sheet) as opened,
        row_errors(errors) as found,
        _whole_register() as writing,
    ):
        with report.progress() as progress:
            job = MemberImport(opened, writing, found, today(system_clock), progress)
            job.check()
            if not dry_run and not found.count:
                job.save()
        _conclude(job, report, errors, dry_run=dry_run)


@contextmanager
def _whole_register() -> Iterator[MemberWriting]:
    settings = settings_from_environment()
    with migrated_database(settings) as url:
        require_whole_register(url)
        with member_writing(url, settings.rules) as writing:
            yield writing


def _conclude(job: MemberImport, report: ImportReport, errors_file: Path | None, *, dry_run: bool) -> None:
    if job.errors.count:
        report.refused(job.rows, job.errors, errors_file)
        raise typer.Exit(REFUSED)
    if dry_run:
        report.checked(job.rows)
        return
    _commit(job.writing)
    report.saved(job.rows)


def _commit(writing: MemberWriting) -> None:
    """From here on an interrupt comes too late: it must not be answered with "nothing was saved"."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    writing.commit()
