"""What is known to go wrong around a command, and the sentence for it."""

from sqlalchemy.exc import OperationalError

from auth.oauth.registration import RegistrationError
from auth.secret_files import SecretFileError
from auth.signing_keys import SigningKeyError
from domain.errors import CallerError, Problem, RefusedError
from server.file_store import FileStoreSettingsError
from server.gateways import GatewaySettingsError
from server.importing.import_report import language_of_the_terminal
from server.operations.manifests import ManifestError
from server.secret_values import SecretValueError
from server.tracing.settings import TracingSettingsError
from server.webhooks.settings import WebhookSettingsError
from server.workers import WorkersFailedError
from storage.embedded import EmbeddedServerError
from storage.errors import DatabaseUnavailableError
from storage.loading import LoadRefusedError, UnfinishedLoadError
from storage.migration import TablesBusyError, UnsupportedDatabaseError
from storage.partitioning import AlreadyPartitionedError, NothingToPartError, NotPartitionedError, UnfitServerError
from storage.pooling import PoolSettingsError
from storage.privileges import MissingPrivilegeError

_SAY_THEMSELVES = (
    AlreadyPartitionedError,
    EmbeddedServerError,
    FileStoreSettingsError,
    GatewaySettingsError,
    LoadRefusedError,
    ManifestError,
    MissingPrivilegeError,
    NothingToPartError,
    NotPartitionedError,
    PoolSettingsError,
    SecretFileError,
    SecretValueError,
    RegistrationError,
    SigningKeyError,
    TablesBusyError,
    TracingSettingsError,
    UnfinishedLoadError,
    UnfitServerError,
    UnsupportedDatabaseError,
    WebhookSettingsError,
    WorkersFailedError,
)


def sentence_about(error: Exception) -> str | None:
    """None for what nobody has expected."""
    if isinstance(error, _SAY_THEMSELVES):
        return str(error)
    if isinstance(error, RefusedError):
        return "; ".join(map(_problem, error.problems))
    if isinstance(error, CallerError):
        return _problem(error.problem)
    if isinstance(error, OperationalError):
        return _unusable(str(error.orig).strip().partition("\n")[0])
    if isinstance(error, DatabaseUnavailableError):
        return _unusable("the connection to it was lost")
    return None


def _problem(problem: Problem) -> str:
    return f"{problem.code}: {problem.message.in_language(language_of_the_terminal())}"


def _unusable(reason: str) -> str:
    return f"The database cannot be used: {reason}. Check DATABASE_URL and that its server runs."
