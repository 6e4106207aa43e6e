"""`dengta doctor`: what is wrong with this installation, and how to mend it."""

from typing import Annotated

import typer

from server.cli.failing import WRONG
from server.cli.telling import AsJson, examples, tell

DOCTOR_EXAMPLES = examples(
    "dengta doctor",
    "dengta doctor --strict",
    "dengta doctor --json | jq '.findings[].code'",
    exits="1 when there are problems; with --strict also when there are warnings.",
)


def doctor(
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as problems.")] = False,
    as_json: AsJson = False,
) -> None:
    """Examine settings, database, keys, files and what is to be reached (体检), and say how to mend what is wrong.

    Nothing is changed: no database is made or migrated, no key is made. A small file is written to the file store and
    removed.
    """
    from server.commands.doctoring import document, examination, sentence

    found = examination()
    tell(document(found), sentence(found), as_json=as_json)
    if not found.is_fine or (strict and found.findings):
        raise typer.Exit(WRONG)
