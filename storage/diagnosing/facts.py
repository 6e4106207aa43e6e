"""What is found out about a database. Lists are in alphabetical order."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What holds of any database of PostgreSQL."""

    settings: Mapping[str, str]
    """As `pg_settings` has them, in its units."""

    encoding: str
    collation: str
    collation_changed: bool
    """The system sorts otherwise than when the database was made."""

    size: int
    """Bytes."""

    clock: datetime
    user: str
    is_superuser: bool
    is_remote: bool
    """The database is on another machine."""

    encrypted: bool
    """The connection is."""

    may_be_server: bool
    """The user may become the role of the server."""

    alterable: tuple[str, ...]
    """Tables that are only to be added to, and which the server's role may alter all the same."""

    unreadable: tuple[str, ...]
    """Tables that the server's role may not read."""

    connections: int
    """Those of clients, at the moment."""

    archived_at: datetime | None
    archiving_failed_at: datetime | None
    archiving_failed: str | None
    """The file of the write-ahead log whose archiving failed last."""

    lagging_slots: tuple[str, ...]
    """Replication slots that nobody reads from, for which the write-ahead log is kept."""

    invalid_indexes: tuple[str, ...]
    unvalidated: tuple[str, ...]
    """Constraints."""

    bloated: tuple[str, ...]
    """Tables of which dead rows are a fifth or more."""

    unanalysed: tuple[str, ...]
    """Tables with many rows of which the planner knows nothing."""

    transaction_ids: int
    """How many have been used since the oldest that is not frozen; at 2 thousand million PostgreSQL stops."""

    oldest_transaction: float
    """Seconds since the oldest one under way began."""

    prepared: int
    """Transactions that wait for the second phase of their commit."""


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """What holds of a register in the shape that this Dengta knows. Ages are in seconds, 0 when there is nothing."""

    lost_jobs: int
    """Begun by a worker that has given no sign of life for a minute."""

    failed_jobs: int
    oldest_due_job: float
    oldest_unnumbered_change: float
    uncounted_members: int
    """Changes of members that are not yet in the statistics counted in advance."""

    audit_entries: int
    """1 when there are any."""

    unchecked_audit: float
    """Age of the oldest entry of the audit log about which no checkpoint says anything."""

    unfinished_loads: int
