"""校验规则的选择: which rules a condition on breaches names, by severity and by code."""

from typing import Any

from domain.filtering import HasBreach
from resolvers.validation import require_known_rules
from schema.optional import given


def breaches_of(where: Any) -> HasBreach | None:
    """From an input with `severities` and `rules`, of which an empty list is no condition; None means that there is
    none at all. A caller's error for what is no rule."""
    severities, codes = given(where.severities) or (), given(where.rules) or ()
    if not severities and not codes:
        return None
    require_known_rules(codes, "rules")
    return HasBreach(tuple(severities), tuple(codes))
