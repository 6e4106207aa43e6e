"""`dengta import members`: new members from a CSV or XLSX file, all of them or none."""

from server.cli.import_files import EXITS, DryRun, ErrorsFile, File, OutcomeAsJson, Sheet
from server.cli.telling import examples

MEMBERS_EXAMPLES = examples(
    "dengta import members members.xlsx --dry-run",
    "dengta import members members.csv --errors errors.csv",
    exits=EXITS,
)


def import_members(
    file: File,
    sheet: Sheet = None,
    dry_run: DryRun = False,
    errors: ErrorsFile = None,
    as_json: OutcomeAsJson = False,
) -> None:
    """Import new members (导入党员) from a CSV or XLSX file: all of them, or none when any row has an error.

    The first row names the columns, in Chinese or English; docs/import-members.md lists them and what they accept.
    """
    from server.commands.member_importing import import_members_of

    import_members_of(file, sheet, errors, dry_run=dry_run, as_json=as_json)
