"""Results of commands: a sentence for people or JSON for programs, on standard output; all else is said elsewhere."""

from collections.abc import Mapping
from typing import Annotated

import orjson
import typer

AsJson = Annotated[bool, typer.Option("--json", help="Write the result to standard output as JSON.")]


def tell(document: Mapping[str, object], sentence: str, *, as_json: bool) -> None:
    """The same, for either audience."""
    typer.echo(orjson.dumps(document).decode() if as_json else sentence)


def examples(*lines: str, exits: str = "") -> str:
    """What stands below a command's help: lines to copy, and what the exit code says beyond 0."""
    shown = "\n".join(["Examples:", *lines])
    return f"{shown}\n\nExit code: {exits}" if exits else shown
