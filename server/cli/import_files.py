"""The options that all imports have."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV or XLSX file.")]
Sheet = Annotated[str | None, typer.Option(help="The worksheet to read; without it the first one.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Check everything and save nothing.")]
ErrorsFile = Annotated[Path | None, typer.Option(dir_okay=False, help="A CSV file to write all errors to.")]
OutcomeAsJson = Annotated[bool, typer.Option("--json", help="Write the outcome as one JSON object.")]

EXITS = "1 when nothing was saved because of what the file holds, 2 when there is no such file, 130 after Ctrl-C."
