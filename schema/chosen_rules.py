"""校验规则的选择: which rules a condition on breaches names, by severity and by code."""

from collections.abc import Sequence

from domain.codes import Severity
from domain.validation import CATALOGUE
from resolvers.validation import known_rules


def chosen_rules(severities: Sequence[Severity] | None, codes: Sequence[str] | None) -> tuple[str, ...] | None:
    """The codes of those that are of one of the severities and among the codes; an empty list is no condition, and
    None means that there is none at all. A caller's error for what is no rule."""
    if not severities and not codes:
        return None
    named = known_rules(codes, "rules") if codes else CATALOGUE
    return tuple(rule.code for rule in named if not severities or rule.quality in severities)
