"""修改: a member's record as a draft, and what of it people correct afterwards."""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, get_args, get_type_hints

from domain.codes import CodeList
from domain.members.draft import MemberDraft
from domain.records import MemberRecord

_ENTERED = tuple(field.name for field in fields(MemberDraft))
_NOT_BY_EDITING = ("identity_number", "name")
"""An identity number never changes after entry; a name only by 党员更名."""
EDITABLE = tuple(name for name in _ENTERED if name not in _NOT_BY_EDITING)

_CODES: Mapping[str, type[CodeList]] = {
    name: kind
    for name, hint in get_type_hints(MemberDraft).items()
    for kind in get_args(hint)
    if issubclass(kind, CodeList)
}

Changes = Mapping[str, Any]
"""Field of the draft → what is to stand there, None to empty it."""


def draft_of(member: MemberRecord) -> MemberDraft:
    return MemberDraft(**{name: _read(name, getattr(member, name)) for name in _ENTERED})


def edited(draft: MemberDraft, changes: Changes) -> MemberDraft:
    """With the changes, as they are stored."""
    return replace(draft, **{name: _tidy(name, value) for name, value in changes.items()})


def differences(before: MemberDraft, after: MemberDraft) -> dict[str, tuple[Any, Any]]:
    """Field → (before, after), of those that differ."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in _ENTERED)
    return {name: (was, now) for name, was, now in pairs if was != now}


def _read(name: str, value: Any) -> Any:
    return _CODES[name][value] if name in _CODES and value is not None else value


def _tidy(name: str, value: Any) -> Any:
    """What is only spaces is empty."""
    if not isinstance(value, str) or isinstance(value, CodeList):
        return value
    text = (unicodedata.normalize("NFKC", value) if name == "phone" else value).strip()
    return text or None
