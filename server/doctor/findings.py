from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, TypeVar

FactsT = TypeVar("FactsT")


class Gravity(StrEnum):
    """严重程度."""

    PROBLEM = "PROBLEM"
    """What is promised does not hold, or soon will not."""

    WARNING = "WARNING"
    """It works, and yet is not as one would want it for real data."""


class Finding(NamedTuple):
    """One thing that is not as it should be. The code never changes; the sentences may."""

    code: str
    gravity: Gravity
    where: str
    what: str
    mend: str


class Examination(NamedTuple):
    """`checks`: how many things were looked at."""

    checks: int
    findings: Sequence[Finding]

    @property
    def is_fine(self) -> bool:
        return all(finding.gravity is not Gravity.PROBLEM for finding in self.findings)

    def __add__(self, other: object) -> "Examination":
        if not isinstance(other, Examination):
            return NotImplemented
        return Examination(self.checks + other.checks, [*self.findings, *other.findings])


Check = Callable[[FactsT], Iterator[Finding]]


def checked(checks: Sequence[Check[FactsT]], facts: FactsT) -> Examination:
    return Examination(len(checks), [finding for check in checks for finding in check(facts)])


def problem(code: str, where: str, what: str, mend: str) -> Finding:
    return Finding(code, Gravity.PROBLEM, where, what, mend)


def warning(code: str, where: str, what: str, mend: str) -> Finding:
    return Finding(code, Gravity.WARNING, where, what, mend)


def setting(facts: Mapping[str, str], name: str) -> int:
    """Of PostgreSQL, where it is a number."""
    return int(facts[name])
