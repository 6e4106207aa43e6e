"""What lies around the database: the clock, the connections that the settings ask for, disks, files, keys."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from server.doctor.findings import Check, Finding, problem, setting, warning
from server.settings import Settings
from storage.diagnosing import DatabaseFacts

_BESIDE_THE_POOLS = 6
"""Connections of a process for the audit log, for what it listens to, and for what it streams, of the usual number."""

_OF_JOBS = 5
_CLOCKS_APART = timedelta(seconds=2)
_LITTLE_SPACE = 1024**3
_SHARE_OF_A_DISK = 10
_OLD_KEY = timedelta(days=400)
_OTHERS = 0o077


class Disk(NamedTuple):
    """Bytes of the one that holds the folder."""

    folder: Path
    total: int
    free: int


class SecretFile(NamedTuple):
    """`mode` is None of one that is not there."""

    path: Path
    setting: str
    mode: int | None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`now` was read when the database was asked for its clock."""

    settings: Settings
    now: datetime
    disks: Sequence[Disk]
    secret_files: Sequence[SecretFile]
    signing_key_made_at: datetime | None
    """None when that is not known."""

    database: DatabaseFacts | None = None
    has_audit_entries: bool = False


def clock(facts: Surroundings) -> Iterator[Finding]:
    apart = abs(facts.database.clock - facts.now) if facts.database else timedelta()
    if apart > _CLOCKS_APART:
        yield problem(
            "CLOCKS_APART",
            "this machine and the database's",
            f"Their clocks differ by {apart.total_seconds():.0f} seconds: tokens and codes expire at the wrong time.",
            "Run an NTP client (chrony, systemd-timesyncd) on both.",
        )


def connections_needed(settings: Settings) -> int:
    """By all processes of this server together, at the most. `dengta worker` comes on top."""
    reading = settings.database_connections
    jobs = _OF_JOBS if settings.jobs_in_server else 0
    return settings.workers * (reading + max(2, reading // 4) + _BESIDE_THE_POOLS + jobs)


def connections(facts: Surroundings) -> Iterator[Finding]:
    if facts.database is None:
        return
    known = facts.database.settings
    allowed = setting(known, "max_connections") - setting(known, "superuser_reserved_connections")
    needed = connections_needed(facts.settings)
    if needed > allowed:
        yield problem(
            "TOO_FEW_CONNECTIONS",
            "max_connections",
            f"{facts.settings.workers} workers may need {needed} connections, and PostgreSQL allows {allowed}.",
            "Raise max_connections, or lower DENGTA_DATABASE_CONNECTIONS or DENGTA_WORKERS.",
        )


def disks(facts: Surroundings) -> Iterator[Finding]:
    for disk in facts.disks:
        sentence = f"{disk.free / 1024**3:.1f} GB of {disk.total / 1024**3:.1f} GB are free."
        mend = "Free some space, or enlarge the disk."
        if disk.free < _LITTLE_SPACE:
            yield problem("DISK_FULL", str(disk.folder), sentence, mend)
        elif disk.free * _SHARE_OF_A_DISK < disk.total:
            yield warning("DISK_FILLS", str(disk.folder), sentence, mend)


def secrets(facts: Surroundings) -> Iterator[Finding]:
    for path, name, mode in facts.secret_files:
        if mode is not None and mode & _OTHERS:
            yield problem(
                "SECRET_READABLE", str(path), f"Others may read or write it (mode {mode:o}).", f"chmod 600 {path}"
            )
        if mode is None and name == "DENGTA_SECRET_FILE" and facts.has_audit_entries:
            yield problem(
                "SECRET_MISSING",
                str(path),
                "It is not there, and without it the audit log that there is cannot be verified.",
                f"Put it back from its copy, or name where it lies in {name}.",
            )


def kept_apart(facts: Surroundings) -> Iterator[Finding]:
    settings = facts.settings
    named = {"DENGTA_SECRET_FILE": settings.secret_file, "DENGTA_SIGNING_KEY_FILE": settings.signing_key_file}
    if settings.database_address is None:
        return
    for name, file in named.items():
        if file is None:
            yield warning(
                "SECRET_IN_DATA_DIRECTORY",
                name,
                f"It is not set: what it names is made in {settings.data_directory}, of which nobody may have a copy.",
                f"Set {name} to a file that is backed up (docs/backup.md).",
            )


def age_of_key(facts: Surroundings) -> Iterator[Finding]:
    made_at = facts.signing_key_made_at
    if made_at is not None and facts.now - made_at > _OLD_KEY:
        yield warning(
            "SIGNING_KEY_OLD",
            str(facts.settings.signing_key),
            f"It has signed tokens since {made_at:%Y-%m-%d}.",
            "dengta keys rotate, and dengta keys retire once its tokens have expired.",
        )


def issuer(facts: Surroundings) -> Iterator[Finding]:
    told = facts.settings.issuer_address
    if facts.settings.host not in {"127.0.0.1", "::1", "localhost"} and told is None:
        yield warning(
            "ISSUER_NOT_SET",
            "DENGTA_ISSUER",
            f"Tokens name {facts.settings.issuer} as their issuer, which is not where people reach this server.",
            "Set it to the address before the proxy, https://….",
        )
    if told is not None and told.startswith("http://") and "localhost" not in told and "127.0.0.1" not in told:
        yield warning(
            "ISSUER_NOT_ENCRYPTED", "DENGTA_ISSUER", "Passwords and tokens go there as they are.", "Serve it by https."
        )


def delivery(facts: Surroundings) -> Iterator[Finding]:
    if facts.settings.messages != "gateway":
        yield warning(
            "NO_MESSAGES",
            "DENGTA_MESSAGES",
            f"It is {facts.settings.messages}: no code reaches a telephone, so that nobody can sign in by one.",
            "Set it to gateway (docs/messages.md).",
        )
    if facts.settings.population_registry == "simulator":
        yield warning(
            "REGISTRY_SIMULATED",
            "DENGTA_POPULATION_REGISTRY",
            "Names are verified by a simulator, which knows nobody.",
            "Set it to http (docs/messages.md).",
        )


CHECKS: tuple[Check[Surroundings], ...] = (
    clock,
    connections,
    disks,
    secrets,
    kept_apart,
    age_of_key,
    issuer,
    delivery,
)
