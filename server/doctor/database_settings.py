"""How PostgreSQL is set up. What can be lost comes first, then what would stop the server, then what slows it."""

from collections.abc import Iterator

from server.doctor.findings import Check, Finding, problem, setting, warning
from storage.diagnosing import DatabaseFacts

WHERE = "postgresql.conf"
_OLDEST = 150_000
_GIGABYTE = 1024**3
_PAGE = 8192
_DEFAULT_BUFFERS = 128 * 1024**2
_LOGGED_WITH_VALUES = {"mod", "all"}


def version(facts: DatabaseFacts) -> Iterator[Finding]:
    if setting(facts.settings, "server_version_num") < _OLDEST:
        said = facts.settings["server_version"]
        yield problem(
            "DATABASE_TOO_OLD", "DATABASE_URL", f"PostgreSQL {said} is too old.", "Upgrade it to 15 or newer."
        )


def durability(facts: DatabaseFacts) -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes"):
        if facts.settings[name] == "off":
            yield problem(
                f"{name.upper()}_OFF",
                WHERE,
                f"{name} is off: a loss of power may destroy the register.",
                f"Set {name} = on and reload.",
            )
    if facts.settings["synchronous_commit"] == "off":
        yield problem(
            "SYNCHRONOUS_COMMIT_OFF",
            WHERE,
            "synchronous_commit is off: a change that was answered may be lost in a crash.",
            "Set synchronous_commit = on and reload.",
        )


def archiving(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.settings["wal_level"] == "minimal":
        yield warning(
            "WAL_LEVEL_MINIMAL",
            WHERE,
            "wal_level is minimal: no base backup can be taken.",
            "Set wal_level = replica and restart.",
        )
    if facts.settings["archive_mode"] == "off":
        yield warning(
            "NO_ARCHIVE",
            WHERE,
            "The write-ahead log is not archived: nothing newer than the last dump can be restored.",
            "Set archive_mode and archive_command as docs/backup.md has it.",
        )
    failed = facts.archiving_failed_at
    if failed is not None and (facts.archived_at is None or failed > facts.archived_at):
        yield problem(
            "ARCHIVING_FAILS",
            "archive_command",
            f"{facts.archiving_failed} could not be archived, last at {failed:%Y-%m-%d %H:%M}; the disk fills up.",
            "See PostgreSQL's log for what the command said.",
        )


def checksums(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.settings["data_checksums"] == "off":
        yield warning(
            "NO_CHECKSUMS",
            "the cluster",
            "Pages have no checksums: what a disk spoils is not noticed.",
            "Stop PostgreSQL and run pg_checksums --enable.",
        )


def encoding(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.encoding != "UTF8":
        yield problem(
            "ENCODING",
            "the database",
            f"Its encoding is {facts.encoding}: not every name can be written.",
            "Make a database WITH ENCODING 'UTF8' TEMPLATE template0, and restore a dump into it.",
        )
    if facts.collation_changed:
        yield problem(
            "COLLATION_CHANGED",
            "the database",
            f"The system sorts by {facts.collation} otherwise than when the database was made: indexes may miss rows.",
            "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION.",
        )


def log_of_values(facts: DatabaseFacts) -> Iterator[Finding]:
    values = facts.settings["log_parameter_max_length"] != "0"
    slow = facts.settings["log_min_duration_statement"] != "-1"
    if values and (slow or facts.settings["log_statement"] in _LOGGED_WITH_VALUES):
        yield problem(
            "VALUES_IN_LOG",
            WHERE,
            "Statements are logged with their parameters: personal data stands in PostgreSQL's log.",
            "Set log_parameter_max_length = 0 and reload.",
        )
    on_error = facts.settings["log_parameter_max_length_on_error"] != "0"
    if on_error or facts.settings["log_error_verbosity"] != "terse":
        yield warning(
            "VALUES_IN_ERROR_LOG",
            WHERE,
            "Details of errors are logged, which may quote a row's values.",
            "Set log_error_verbosity = terse and log_parameter_max_length_on_error = 0, and reload.",
        )


def upkeep(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.settings["autovacuum"] == "off":
        yield problem(
            "AUTOVACUUM_OFF", WHERE, "autovacuum is off: tables grow without end.", "Set autovacuum = on and reload."
        )


def memory(facts: DatabaseFacts) -> Iterator[Finding]:
    buffers = setting(facts.settings, "shared_buffers") * _PAGE
    if buffers <= _DEFAULT_BUFFERS and facts.size > _GIGABYTE:
        yield warning(
            "SHARED_BUFFERS",
            WHERE,
            f"shared_buffers is {buffers // 1024**2} MB for a database of {facts.size / _GIGABYTE:.1f} GB.",
            "Set it to about a quarter of the machine's memory and restart.",
        )


def encryption(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.is_remote and not facts.encrypted:
        yield warning(
            "CONNECTION_NOT_ENCRYPTED",
            "DATABASE_URL",
            "What is read goes over the network as it is.",
            "Enable ssl in PostgreSQL and add ?sslmode=verify-full to the URL.",
        )


CHECKS: tuple[Check[DatabaseFacts], ...] = (
    version,
    durability,
    archiving,
    checksums,
    encoding,
    log_of_values,
    upkeep,
    memory,
    encryption,
)
