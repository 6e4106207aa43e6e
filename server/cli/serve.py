from typing import Annotated

import typer

from server.cli.telling import examples, tell

WorkersOption = Annotated[
    int | None, typer.Option(min=1, max=256, help="How many processes answer; without it DENGTA_WORKERS.")
]
ReadyAsJson = Annotated[bool, typer.Option("--json", help="Say as a line of JSON that it is ready.")]
SERVE_EXAMPLES = examples(
    "dengta serve",
    "DENGTA_PORT=8001 dengta serve --workers 4",
    exits="0 when it was told to stop, by Ctrl-C or SIGTERM; 1 when it could not start.",
)


def serve(workers: WorkersOption = None, as_json: ReadyAsJson = False) -> None:
    """Answer GraphQL on the configured address until stopped (启动服务)."""
    from server.commands.serving import serve_register

    def say(address: str) -> None:
        tell({"address": address}, f"Dengta listens on {address}", as_json=as_json)

    serve_register(workers, say)
