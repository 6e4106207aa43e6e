"""`dengta audit`: whether the audit log is whole."""

from pathlib import Path
from typing import Annotated

import typer

from server.cli.failing import WRONG
from server.cli.telling import AsJson, examples, tell

audit = typer.Typer(help="The audit log (审计日志).", no_args_is_help=True)


@audit.callback()
def _group() -> None:
    """Makes it a group, though there is one command."""


@audit.command(
    epilog=examples(
        "dengta audit verify",
        "dengta audit verify --heads heads.json --write-heads heads.json",
        exits="1 when the log is not intact, 2 when the file of --heads cannot be used.",
    )
)
def verify(
    as_json: AsJson = False,
    heads: Annotated[
        Path | None,
        typer.Option(help="The ends of the chains from an earlier run, which must still be there.", dir_okay=False),
    ] = None,
    write_heads: Annotated[
        Path | None,
        typer.Option(help="Where to write the ends of the chains, if all is well. Keep the file elsewhere."),
    ] = None,
) -> None:
    """Verify every chain of the audit log (审计日志验证); exit code 0 when it is intact, 1 when it is not."""
    from server.commands.audit_verifying import document, heads_from, sentence, verified, write

    log = verified({} if heads is None else heads_from(heads))
    tell(document(log), sentence(log), as_json=as_json)
    if not log.is_intact:
        raise typer.Exit(WRONG)
    if write_heads is not None:
        write(log.heads, write_heads)
