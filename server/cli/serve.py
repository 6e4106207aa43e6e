from typing import Annotated

import typer

from server.cli.failing import clear_errors, settings_from_environment
from server.cli.listening import require_free_port
from server.database import migrated_database
from server.serving import serve_until_stopped
from storage.loading import require_whole_register

WorkersOption = Annotated[
    int | None, typer.Option(min=1, max=256, help="How many processes answer; without it DENGTA_WORKERS.")
]


def serve(workers: WorkersOption = None) -> None:
    """Answer GraphQL on the configured address until stopped."""
    settings = settings_from_environment(workers=workers)
    with clear_errors():
        require_free_port(settings)
        with migrated_database(settings) as url:
            require_whole_register(url)
            serve_until_stopped(settings, url, lambda: typer.echo(f"Dengta listens on {settings.address}"))
