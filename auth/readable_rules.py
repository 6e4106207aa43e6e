"""可见的校验规则: of which rules of data quality a caller may know the breaches."""

from auth.permissions import Permissions
from domain.validation import RulesInForce, ValidationRule


def readable_rules(permissions: Permissions, rules: RulesInForce) -> list[ValidationRule]:
    """Those in force of which no field is hidden from the caller."""
    if permissions.hides("Member.id"):
        return []
    return [rule for rule in rules.checked if not any(permissions.hides(f"Member.{field}") for field in rule.fields)]
