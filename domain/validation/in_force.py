"""现行校验规则: the rules with the severities that they have in this installation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from domain.codes import Severity
from domain.validation.catalogue import CATALOGUE
from domain.validation.rule import ValidationRule

SeverityChanges = Mapping[str, Mapping[str, Severity | None]]
"""Code of a rule → `quality` or `special` → its severity there; None: it is no part of it."""


@dataclass(frozen=True)
class RulesInForce:
    """`listed` are all rules, in the order of the catalogue."""

    listed: tuple[ValidationRule, ...] = CATALOGUE

    @cached_property
    def checked(self) -> tuple[ValidationRule, ...]:
        """Without those that are part of neither control: they are switched off, and nobody is held against them."""
        return tuple(rule for rule in self.listed if rule.is_on)

    @cached_property
    def by_code(self) -> Mapping[str, ValidationRule]:
        """All of them."""
        return {rule.code: rule for rule in self.listed}

    @cached_property
    def off(self) -> tuple[ValidationRule, ...]:
        """Those that are switched off."""
        return tuple(rule for rule in self.listed if not rule.is_on)

    def checked_among(self, codes: Collection[str]) -> list[ValidationRule]:
        """Those with these codes that are not switched off."""
        return [rule for rule in self.checked if rule.code in codes]


AS_SHIPPED = RulesInForce()


def rules_in_force(changes: SeverityChanges) -> RulesInForce:
    """The catalogue with these changes; what they do not name stays as it is shipped."""
    return RulesInForce(tuple(_changed(rule, changes.get(rule.code, {})) for rule in CATALOGUE))


def _changed(rule: ValidationRule, changes: Mapping[str, Severity | None]) -> ValidationRule:
    quality, special = changes.get("quality", rule.quality), changes.get("special", rule.special)
    return replace(rule, quality=quality, special=special)
