"""数据校验: the rules of data quality, each with one predicate, for a save, for one member and for batches."""

from collections.abc import Collection, Iterable
from datetime import date

from domain.codes import Severity
from domain.validation.catalogue import CATALOGUE, RULES
from domain.validation.result import ResultRecord, SeverityCount
from domain.validation.rule import Facts, ValidationRule

__all__ = [
    "CATALOGUE",
    "RULES",
    "Facts",
    "ResultRecord",
    "SeverityCount",
    "ValidationRule",
    "broken_rules",
    "rules_with",
]


def broken_rules(member: Facts, day: date, rules: Iterable[ValidationRule] = CATALOGUE) -> list[ValidationRule]:
    """Those that the member breaks on that day, in the order of the catalogue."""
    return [rule for rule in rules if rule.is_broken(member, day)]


def rules_with(severities: Collection[Severity]) -> list[ValidationRule]:
    """Those that quality control takes so seriously."""
    return [rule for rule in CATALOGUE if rule.quality in severities]
