"""申请内容: what a request is to change in a member's record, as it is kept with the request."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from domain.members import MemberDraft, entered_value

Changes = Mapping[str, tuple[Any, Any]]
"""Column → what stands there, and what is to."""
# Of a photo it is the id of the file, which is attached to the request.
KeptChanges = Mapping[str, list[Any]]
"""The same as JSON: dates are their ISO 8601 text, codes their names."""

_ENTERED = frozenset(field.name for field in fields(MemberDraft))


def after(changes: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """Column → what is to stand there."""
    return {name: pair[1] for name, pair in changes.items()}


def kept(changes: Changes) -> KeptChanges:
    return {name: [_as_json(value) for value in pair] for name, pair in changes.items()}


def changes_of_entry(draft: MemberDraft) -> Changes:
    """Of someone who is not in the register yet."""
    values = ((field.name, getattr(draft, field.name)) for field in fields(draft))
    return {name: (None, value) for name, value in values if value is not None}


def draft_in(changes: KeptChanges) -> MemberDraft:
    """Who enters by a request that was kept so."""
    entered = ((name, value) for name, value in after(changes).items() if name in _ENTERED)
    return MemberDraft(**{name: entered_value(name, value) for name, value in entered})


def _as_json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
