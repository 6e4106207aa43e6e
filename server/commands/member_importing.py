"""Saves the new members of a file, all of them or none."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from domain.clock import system_clock, today
from server.cli.failing import WRONG, clear_errors, settings_from_environment
from server.commands.failed_imports import failures_reported, refuse_unusable_errors_file
from server.database import migrated_database
from server.importing.import_report import ImportReport
from server.importing.member_import import MemberImport
from sheets.opening import open_sheet
from sheets.row_errors import row_errors
from storage.loading import require_whole_register
from storage.member_writing import MemberWriting, member_writing


def import_members_of(file: Path, sheet: str | None, errors: Path | None, *, dry_run: bool, as_json: bool) -> None:
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
        raise typer.Exit(WRONG)
    if dry_run:
        report.checked(job.rows)
        return
    _commit(job.writing)
    report.saved(job.rows)


def _commit(writing: MemberWriting) -> None:
    """From here on an interrupt comes too late: it must not be answered with "nothing was saved"."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    writing.commit()
