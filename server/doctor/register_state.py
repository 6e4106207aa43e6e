"""What state the register is in: jobs, changes, statistics, audit log, loads."""

from collections.abc import Iterator

from server.doctor.findings import Check, Finding, problem, warning
from storage.diagnosing import RegisterFacts

_LATE_JOB = 600.0
_LATE_CHANGE = 60.0
_LATE_CHECKPOINT = 300.0
_MANY_DELTAS = 100_000


def jobs(facts: RegisterFacts) -> Iterator[Finding]:
    if facts.lost_jobs:
        yield problem(
            "JOBS_LOST",
            "dengta jobs",
            f"{facts.lost_jobs} jobs were begun by workers that are gone, and nobody has taken them up.",
            "Start a worker (dengta worker), or set DENGTA_JOBS_IN_SERVER.",
        )
    if facts.oldest_due_job > _LATE_JOB:
        yield problem(
            "JOBS_WAIT",
            "dengta jobs",
            f"A job has been due for {facts.oldest_due_job / 60:.0f} minutes.",
            "See that workers run, and that DENGTA_MESSAGES is not off; start more of them.",
        )
    if facts.failed_jobs:
        yield warning(
            "JOBS_FAILED",
            "dengta jobs --state FAILED",
            f"{facts.failed_jobs} jobs were given up.",
            "Mend the cause, then dengta jobs retry.",
        )


def changes(facts: RegisterFacts) -> Iterator[Finding]:
    if facts.oldest_unnumbered_change > _LATE_CHANGE:
        yield problem(
            "CHANGES_WAIT",
            "change_outbox",
            f"A change has waited {facts.oldest_unnumbered_change:.0f} seconds for its position; partners wait too.",
            "See that a server runs (dengta serve), and what its log says.",
        )


def statistics(facts: RegisterFacts) -> Iterator[Finding]:
    if facts.uncounted_members > _MANY_DELTAS:
        yield warning(
            "ROLLUPS_WAIT",
            "member_deltas",
            f"{facts.uncounted_members:,} changes are not yet counted in advance, which slows statistics down.",
            "See that a worker runs the queue rollups.",
        )


def audit(facts: RegisterFacts) -> Iterator[Finding]:
    if facts.unchecked_audit > _LATE_CHECKPOINT:
        yield warning(
            "AUDIT_UNCHECKED",
            "audit_entries",
            f"No checkpoint has been written for {facts.unchecked_audit / 60:.0f} minutes of entries.",
            "See that a server runs; it writes one each minute.",
        )


def loads(facts: RegisterFacts) -> Iterator[Finding]:
    if facts.unfinished_loads:
        yield problem(
            "LOAD_UNFINISHED",
            "loads",
            "A load was begun and has not ended: the register is not whole.",
            "Load anew: dengta load --replace.",
        )


CHECKS: tuple[Check[RegisterFacts], ...] = (jobs, changes, statistics, audit, loads)
