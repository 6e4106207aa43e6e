"""修改: a member's record as a draft, and what of it people correct afterwards."""

import unicodedata
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date
from typing import Any, get_args, get_type_hints

from domain.codes import CodeList, RealNameStatus
from domain.errors import Message
from domain.members.draft import MemberDraft
from domain.members.saving_rules import DATES
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

_CODES_OF_MEMBER: Mapping[str, type[CodeList]] = {**_CODES, "real_name_status": RealNameStatus}

Changes = Mapping[str, Any]
"""Field of the draft → what is to stand there, None to empty it."""


def draft_of(member: MemberRecord) -> MemberDraft:
    return MemberDraft(**{name: _read(name, getattr(member, name)) for name in _ENTERED})


def edited(draft: MemberDraft, changes: Changes) -> MemberDraft:
    """With the changes, as they are stored."""
    return replace(draft, **{name: _tidy(name, value) for name, value in changes.items()})


def entered_value(name: str, text: Any) -> Any:
    """A value of the draft from what stands for it in JSON: a date from its ISO 8601 text, a code from its name."""
    return date.fromisoformat(text) if name in DATES and text is not None else _read(name, text)


def code_label(name: str, text: Any) -> Message | None:
    """What people call the code of that name in the field; None where the field holds no code."""
    if name not in _CODES_OF_MEMBER or text is None:
        return None
    code = _CODES_OF_MEMBER[name][text]
    return Message(code.chinese, code.english)


def tidied(draft: MemberDraft) -> MemberDraft:
    """As it is stored: without spaces around texts, what is only spaces empty, the number's last letter a capital."""
    tidy = edited(draft, {name: getattr(draft, name) for name in _ENTERED})
    return replace(tidy, identity_number=tidy.identity_number and tidy.identity_number.upper())


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
