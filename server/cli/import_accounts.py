"""`dengta import accounts`: accounts from a CSV or XLSX file, all of them or none."""

from server.cli.import_files import EXITS, DryRun, ErrorsFile, File, OutcomeAsJson, Sheet
from server.cli.telling import examples

ACCOUNTS_EXAMPLES = examples(
    "dengta import accounts accounts.xlsx --dry-run",
    "dengta import accounts accounts.csv --json",
    exits=EXITS,
)


def import_accounts(
    file: File,
    sheet: Sheet = None,
    dry_run: DryRun = False,
    errors: ErrorsFile = None,
    as_json: OutcomeAsJson = False,
) -> None:
    """Open accounts (导入账号) from a CSV or XLSX file: all of them, or none when any row has an error.

    The first row names the columns; docs/accounts.md lists them. Each holder is sent an activation code.
    """
    from server.commands.account_importing import import_accounts_of

    import_accounts_of(file, sheet, errors, dry_run=dry_run, as_json=as_json)
