"""可见的校验规则: of which rules of data quality a caller may know the breaches."""

from auth.permissions import Permissions
from domain.validation import CATALOGUE, ValidationRule


def readable_rules(permissions: Permissions) -> list[ValidationRule]:
    """Those of which no field is hidden from the caller."""
    if permissions.hides("Member.id"):
        return []
    return [rule for rule in CATALOGUE if not any(permissions.hides(f"Member.{field}") for field in rule.fields)]
