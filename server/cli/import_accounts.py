"""`dengta import accounts`: accounts from a CSV or XLSX file, all of them or none."""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import Message
from resolvers import account_import
from resolvers.account_import import AccountImport
from schema.identifiers import organization_number
from server.cli.failed_imports import REFUSED, failures_reported, refuse_unusable_errors_file
from server.cli.operating import as_operator
from server.importing.import_report import ImportReport
from sheets.opening import open_sheet
from sheets.row_errors import row_errors

_ACCOUNTS = Message("个账号", "Accounts")


def import_accounts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV or XLSX file.")],
    sheet: Annotated[str | None, typer.Option(help="The worksheet to read; without it the first one.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything and save nothing.")] = False,
    errors: Annotated[Path | None, typer.Option(dir_okay=False, help="A CSV file to write all errors to.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write the outcome as one JSON object.")] = False,
) -> None:
    """Open accounts (导入账号) from a CSV or XLSX file: all of them, or none when any row has an error.

    The first row names the columns; docs/accounts.md lists them. Each holder is sent an activation code.
    """
    refuse_unusable_errors_file(errors, file)
    report = ImportReport(as_json=as_json, what=_ACCOUNTS)
    with failures_reported(report):
        work = partial(
            account_import.import_accounts,
            opened=open_sheet(file, sheet),
            id_in=organization_number,
            dry_run=dry_run,
        )
        _conclude(as_operator(work), report, errors, dry_run=dry_run)


def _conclude(outcome: AccountImport, report: ImportReport, errors_file: Path | None, *, dry_run: bool) -> None:
    with row_errors(errors_file) as found:
        for error in outcome.errors:
            found.add(error)
    if found.count:
        report.refused(outcome.rows, found, errors_file)
        raise typer.Exit(REFUSED)
    if dry_run:
        report.checked(outcome.rows)
    else:
        report.saved(outcome.saved)
