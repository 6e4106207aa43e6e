"""Why the embedded PostgreSQL cannot be had: each message says what is wrong, where, and how to mend it."""

from pathlib import Path


class EmbeddedServerError(Exception):
    """The embedded PostgreSQL cannot be had; the message says what is wrong, where, and how to mend it."""


class PackageMissingError(EmbeddedServerError):
    """The package with PostgreSQL's binaries is not installed."""


class FolderUnusableError(EmbeddedServerError):
    """The folder cannot hold a database, for example because it cannot be written."""


class OtherVersionError(EmbeddedServerError):
    """The folder was written by another major version of PostgreSQL."""


class DiskFullError(EmbeddedServerError):
    """There is no room left for the database."""


class ServerFailedError(EmbeddedServerError):
    """PostgreSQL did not start or stop, for a reason that its log tells."""


class StillRecoveringError(EmbeddedServerError):
    """PostgreSQL is at work but did not answer in time; it is left running."""


def disk_full(folder: Path, said: str) -> DiskFullError:
    return DiskFullError(
        f"The disk that holds the database folder {folder} is full ({said}). Free some space and start again; what was "
        "saved is kept."
    )
