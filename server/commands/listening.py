from server import ports
from server.cli.failing import fail
from server.settings import Settings


def require_free_port(settings: Settings) -> None:
    """Before anything slow is begun: the address can be listened on."""
    try:
        ports.require_free_port(settings.host, settings.port)
    except OSError as error:
        raise fail(
            f"Cannot listen on {settings.host}:{settings.port} ({error.strerror}). Stop what uses the port, or "
            "choose another with DENGTA_PORT."
        ) from error
