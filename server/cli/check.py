"""`dengta check`: the data quality of an organisation's members."""

from typing import Annotated

import typer

from domain.codes import Severity
from server.cli.failing import WRONG
from server.cli.telling import AsJson, examples, tell

CHECK_EXAMPLES = examples(
    "dengta check",
    "dengta check --organization 370102 --fail-on ERROR --json",
    "dengta check --rule PHONE_INVALID --rule PHONE_SHARED",
    "dengta check --in-background",
    exits="1 when --fail-on is met, or another check of the organisation is under way; 130 after Ctrl-C, which cancels "
    "the check.",
)


def check(
    organization: Annotated[
        str | None,
        typer.Option(help="Whose members: division code (370102), id, or exact name; without it the whole register."),
    ] = None,
    rule: Annotated[
        list[str] | None, typer.Option(help="Only by this rule (docs/reference/rules.md). Repeat it for several.")
    ] = None,
    in_background: Annotated[
        bool, typer.Option("--in-background", help="Leave it to the workers, and only say its number.")
    ] = False,
    fail_on: Annotated[
        Severity | None,
        typer.Option(help="Exit with 1 when there are breaches of this severity or a worse one.", case_sensitive=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the data quality of all members of an organisation (批量信息校验), and count the breaches by rule.

    It is the check that `startCheck` of the API starts, and that is done every night: results stay in the register. It
    is done here and now, with a bar; workers that run meanwhile share in it.
    """
    from server.commands.checking import document, is_as_bad, run_check, sentence, start_in_background

    if in_background:
        if fail_on is not None:
            raise typer.BadParameter("what is left to workers has found nothing yet", param_hint="--fail-on")
        number = start_in_background(organization, rule or [])
        tell({"id": number, "state": "QUEUED"}, f"Check {number} waits for a worker.", as_json=as_json)
        return
    found = run_check(organization, rule or [])
    tell(document(found), sentence(found), as_json=as_json)
    if fail_on is not None and is_as_bad(found, fail_on):
        raise typer.Exit(WRONG)
