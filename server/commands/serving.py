from collections.abc import Callable

from server.cli.failing import clear_errors, settings_from_environment
from server.commands.listening import require_free_port
from server.database import migrated_database
from server.service_manager import tell_ready
from server.serving import serve_until_stopped
from server.settings import Settings
from storage.loading import require_whole_register


def serve_register(workers: int | None, say: Callable[[str], None]) -> None:
    """`say` is told the address, once it is answered at."""
    settings = settings_from_environment(workers=workers)
    with clear_errors():
        require_free_port(settings)
        with migrated_database(settings) as url:
            require_whole_register(url)
            serve_until_stopped(settings, url, lambda: _tell(settings, say))


def _tell(settings: Settings, say: Callable[[str], None]) -> None:
    say(settings.address)
    tell_ready()
