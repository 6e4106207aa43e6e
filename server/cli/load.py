"""`dengta load`: a synthetic province instead of an empty register."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from server.cli.telling import examples

LOAD_EXAMPLES = examples(
    "dengta load",
    "dengta load --members 7000000 --replace",
    "dengta load --seed 7 --day 2026-11-24 --json",
    exits="1 when the register holds something already and --replace is not given.",
)


def load(  # noqa: PLR0913 # the options of a command
    members: Annotated[int, typer.Option(min=1, max=20_000_000, help="How many members the province has.")] = 20_000,
    seed: Annotated[int, typer.Option(min=0, max=1_000_000, help="The same seed gives the same records.")] = 1,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day on which ages and terms are as told; without it today."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Where to write who breaks which rule; without it manifest.json of the data directory."
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete everything that the register holds first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write what was loaded to standard output as JSON.")] = False,
) -> None:
    """Load a synthetic province (装载演示数据): the divisions of Shandong, with organisations and members made up.

    A known share of the members breaks the rules for data quality; the manifest tells who breaks which.
    """
    from server.commands.loading import load_synthetic

    load_synthetic(members, seed, day.date() if day else None, manifest, replace=replace, as_json=as_json)
