"""Errors on the command line: one clear line and exit code 1, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from auth.oauth.registration import RegistrationError
from auth.secret_files import SecretFileError
from auth.signing_keys import SigningKeyError
from server.file_store import FileStoreSettingsError
from server.gateways import GatewaySettingsError
from server.operations.manifests import ManifestError
from server.settings import Settings
from server.webhooks.settings import WebhookSettingsError
from server.workers import WorkersFailedError
from storage.embedded import EmbeddedServerError
from storage.loading import LoadRefusedError, UnfinishedLoadError
from storage.migration import UnsupportedDatabaseError
from storage.privileges import MissingPrivilegeError

_EXPECTED = (
    EmbeddedServerError,
    FileStoreSettingsError,
    GatewaySettingsError,
    LoadRefusedError,
    ManifestError,
    MissingPrivilegeError,
    SecretFileError,
    RegistrationError,
    SigningKeyError,
    UnfinishedLoadError,
    UnsupportedDatabaseError,
    WebhookSettingsError,
    WorkersFailedError,
)


def fail(message: str) -> typer.Exit:
    """To be raised: says the message on standard error."""
    typer.secho(f"dengta: {message}", fg=typer.colors.RED, err=True)
    return typer.Exit(1)


def settings_from_environment(**options: object) -> Settings:
    """Or one line that says which variables are wrong, and how; their values are not repeated: one holds a password.

    `options`, as far as they are given, go before the environment.
    """
    try:
        return Settings().model_copy(update={name: value for name, value in options.items() if value is not None})
    except ValidationError as error:
        wrong = [f"{_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors(include_input=False)]
        raise fail(f"Settings are wrong. {'; '.join(wrong)}. docs/reference/settings.md lists them all.") from None


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0])
    return name if name.isupper() else f"DENGTA_{name.upper()}"


@contextmanager
def clear_errors() -> Iterator[None]:
    """What can go wrong around a command, said in one line."""
    try:
        yield
    except _EXPECTED as error:
        raise fail(str(error)) from error
    except OperationalError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise fail(f"The database cannot be used: {reason}. Check DATABASE_URL and that its server runs.") from error
    except KeyboardInterrupt as error:
        raise fail("stopped.") from error
