"""脱敏: what stands in the place of a personal value that a caller may see only masked."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from domain.texts import camel_case

Mask = Callable[[str], str]


def _keeping(head: int, tail: int, stars: int) -> Mask:
    """Keep so many characters at both ends; a text too short to hide anything that way is hidden whole."""

    def mask(value: str) -> str:
        if len(value) < head + tail + stars:
            return "*" * stars
        return value[:head] + "*" * stars + (value[-tail:] if tail else "")

    return mask


MASKS: Mapping[str, Mask] = {
    "name": _keeping(1, 0, 1),
    "identity_number": _keeping(6, 4, 8),
    "phone": _keeping(3, 4, 4),
    "home_address": _keeping(6, 0, 4),
}
"""Field → mask: `张*`, `370102********1234`, `138****1234`, `山东省济南市****`.

Only these fields can be MASKED, and of people alone.
"""


def told_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """As the audit log tells them: `organization_id` → `organizationId`, a phone → its mask, a date → its text."""
    return {camel_case(name): _told(name, value) for name, value in values.items()}


def _told(name: str, value: Any) -> Any:
    if value is not None and name in MASKS:
        return MASKS[name](str(value))
    return value.isoformat() if isinstance(value, date) else value
