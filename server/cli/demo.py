from typing import Annotated

import typer

from server.cli.serve import ReadyAsJson, WorkersOption
from server.cli.telling import examples

DEMO_EXAMPLES = examples(
    "dengta demo",
    "DENGTA_PORT=8001 dengta demo --members 3000",
    exits="0 when it was told to stop, by Ctrl-C or SIGTERM; 1 when it could not start.",
)


def demo(
    members: Annotated[int, typer.Option(min=1, help="How many members the province has.")] = 20_000,
    workers: WorkersOption = None,
    as_json: ReadyAsJson = False,
) -> None:
    """Serve a synthetic province with the console; the first start makes it, the next ones find it (演示)."""
    from server.commands.demonstrating import demonstrate

    demonstrate(members, workers, as_json=as_json)
