"""What state the database is in: rights, indexes, vacuum, transactions."""

from collections.abc import Iterator

from server.doctor.findings import Check, Finding, problem, warning
from storage.diagnosing import DatabaseFacts
from storage.privileges import SERVER_ROLE

_MANY_IDS, _TOO_MANY_IDS = 500_000_000, 1_500_000_000
_LONG_TRANSACTION = 3600.0
"""Seconds."""


def rights(facts: DatabaseFacts) -> Iterator[Finding]:
    if not facts.may_be_server:
        yield problem(
            "ROLE_MISSING",
            facts.user,
            f"It may not become {SERVER_ROLE}, as which the server works.",
            f"CREATE ROLE {SERVER_ROLE}; GRANT {SERVER_ROLE} TO {facts.user};",
        )
    if facts.is_superuser and facts.is_remote:
        yield warning(
            "SUPERUSER",
            "DATABASE_URL",
            f"{facts.user} is a superuser, whose password lies on another machine.",
            "Give Dengta a user of its own that owns its tables.",
        )
    if facts.alterable:
        yield problem(
            "LOG_ALTERABLE",
            ", ".join(facts.alterable),
            f"{SERVER_ROLE} may change or delete what is only to be added to.",
            "Start any command as the owner of the tables: it sets the rights anew.",
        )
    if facts.unreadable:
        yield problem(
            "TABLES_UNREADABLE",
            ", ".join(facts.unreadable),
            f"{SERVER_ROLE} may not read them.",
            "Start any command as the owner of the tables: it sets the rights anew.",
        )


def indexes(facts: DatabaseFacts) -> Iterator[Finding]:
    for index in facts.invalid_indexes:
        yield problem(
            "INDEX_INVALID",
            index,
            "It was not built to its end: it costs each write and serves no read.",
            f"REINDEX INDEX CONCURRENTLY {index};",
        )


def constraints(facts: DatabaseFacts) -> Iterator[Finding]:
    for constraint in facts.unvalidated:
        table, _, name = constraint.partition(".")
        yield warning(
            "CONSTRAINT_NOT_VALID",
            constraint,
            "It holds for new rows; the old ones have not been looked at.",
            f"ALTER TABLE {table} VALIDATE CONSTRAINT {name};",
        )


def vacuum(facts: DatabaseFacts) -> Iterator[Finding]:
    for table in facts.bloated:
        yield warning(
            "DEAD_ROWS",
            table,
            "A fifth of its rows or more are dead: vacuum does not keep up, or a transaction holds it up.",
            f"VACUUM (ANALYZE) {table}; and look for old transactions.",
        )
    for table in facts.unanalysed:
        yield warning("NOT_ANALYSED", table, "The planner knows nothing of its many rows.", f"ANALYZE {table};")


def transaction_ids(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.transaction_ids > _MANY_IDS:
        found = problem if facts.transaction_ids > _TOO_MANY_IDS else warning
        yield found(
            "TRANSACTION_IDS",
            "the database",
            f"{facts.transaction_ids:,} transaction ids are in use; at 2,000,000,000 PostgreSQL takes no more writes.",
            "VACUUM (FREEZE) the oldest tables, and end what holds it up.",
        )


def transactions(facts: DatabaseFacts) -> Iterator[Finding]:
    if facts.oldest_transaction > _LONG_TRANSACTION:
        yield warning(
            "OLD_TRANSACTION",
            "pg_stat_activity",
            f"One has been open for {facts.oldest_transaction / 3600:.1f} hours: what is dead since then stays.",
            "Find it by xact_start, and end it with pg_terminate_backend.",
        )
    if facts.prepared:
        yield warning(
            "PREPARED_TRANSACTIONS",
            "pg_prepared_xacts",
            f"{facts.prepared} prepared transactions hold locks and rows. None of them is Dengta's.",
            "COMMIT PREPARED or ROLLBACK PREPARED them.",
        )


def slots(facts: DatabaseFacts) -> Iterator[Finding]:
    for slot in facts.lagging_slots:
        yield warning(
            "SLOT_UNREAD",
            slot,
            "Nobody reads from this replication slot: the log is kept for it until it fills the disk.",
            f"Start its reader, or SELECT pg_drop_replication_slot('{slot}');",
        )


CHECKS: tuple[Check[DatabaseFacts], ...] = (
    rights,
    indexes,
    constraints,
    vacuum,
    transaction_ids,
    transactions,
    slots,
)
