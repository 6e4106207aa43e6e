"""Opens the accounts of a file, all of them or none."""

from functools import partial
from pathlib import Path

import typer

from domain.errors import Message
from resolvers import account_import
from resolvers.account_import import AccountImport
from schema.identifiers import organization_number
from server.cli.failing import WRONG, clear_errors
from server.commands.failed_imports import failures_reported, refuse_unusable_errors_file
from server.commands.operating import outcome_as_operator
from server.importing.import_report import ImportReport
from sheets.opening import open_sheet
from sheets.row_errors import row_errors

_ACCOUNTS = Message("个账号", "Accounts")


def import_accounts_of(file: Path, sheet: str | None, errors: Path | None, *, dry_run: bool, as_json: bool) -> None:
    refuse_unusable_errors_file(errors, file)
    report = ImportReport(as_json=as_json, what=_ACCOUNTS)
    with clear_errors(), failures_reported(report):
        work = partial(
            account_import.import_accounts,
            opened=open_sheet(file, sheet),
            id_in=organization_number,
            dry_run=dry_run,
        )
        _conclude(outcome_as_operator(work), report, errors, dry_run=dry_run)


def _conclude(outcome: AccountImport, report: ImportReport, errors_file: Path | None, *, dry_run: bool) -> None:
    with row_errors(errors_file) as found:
        for error in outcome.errors:
            found.add(error)
    if found.count:
        report.refused(outcome.rows, found, errors_file)
        raise typer.Exit(WRONG)
    if dry_run:
        report.checked(outcome.rows)
    else:
        report.saved(outcome.saved)
