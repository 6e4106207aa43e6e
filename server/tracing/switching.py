from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from server.tracing.settings import TracingSettings, TracingSettingsError

_PACKAGES = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")


def require_tracing(settings: TracingSettings) -> None:
    """TracingSettingsError when the settings ask for what is not installed."""
    if settings.tells_traces and not all(map(_is_installed, _PACKAGES)):
        raise TracingSettingsError(
            "Traces are asked for, but OpenTelemetry is not installed. Run: pip install 'dengta[tracing]', or set "
            "DENGTA_TRACING to off."
        )


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # what it is a part of
        return False


@contextmanager
def traced(settings: TracingSettings) -> Iterator[None]:
    """What this process does in the block is told, if the settings ask for it."""
    if not settings.tells_traces:
        yield
        return
    require_tracing(settings)
    from server.tracing.recording import recorded  # noqa: PLC0415 # it loads OpenTelemetry

    with recorded():
        yield
