import socket

from server.cli.failing import fail
from server.settings import Settings


def require_free_port(settings: Settings) -> None:
    """Before anything slow is begun: the address can be listened on."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise fail(
                f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). Stop what uses the port, or "
                "choose another with DENGTA_PORT."
            ) from error
