"""数据校验: the rules of data quality, each with one predicate, for a save, for one member and for batches."""

from collections.abc import Iterable
from datetime import date

from domain.validation.catalogue import CATALOGUE, RULES
from domain.validation.in_force import AS_SHIPPED, RulesInForce, SeverityChanges, rules_in_force
from domain.validation.result import ResultRecord, SeverityCount
from domain.validation.rule import Facts, ValidationRule

__all__ = [
    "AS_SHIPPED",
    "CATALOGUE",
    "RULES",
    "Facts",
    "ResultRecord",
    "RulesInForce",
    "SeverityChanges",
    "SeverityCount",
    "ValidationRule",
    "broken_rules",
    "rules_in_force",
]


def broken_rules(member: Facts, day: date, rules: Iterable[ValidationRule] = CATALOGUE) -> list[ValidationRule]:
    """Those that the member breaks on that day, in the order of the catalogue."""
    return [rule for rule in rules if rule.is_broken(member, day)]
