"""变更对比: what a request is to change in the record, before and after, as the caller may see it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from auth.visibility import Visibility
from domain.approvals import RequestRecord
from domain.approvals.kinds import APPROVAL_KINDS, Leaving
from domain.codes import RequestKind
from domain.errors import Message
from domain.masking import MASKS
from domain.members import code_label
from domain.members.field_labels import FIELD_LABELS
from domain.records import Selection
from domain.texts import camel_case
from resolvers.context import RequestContext

_NAME = Selection(frozenset({"id", "name"}))
_FIELDS = {"branch_id": "branch"}
"""Column → field, where it is called otherwise."""
_YES, _NO = Message("是", "yes"), Message("否", "no")
_LEFT = Message("历史党员类别", "kind of departure")


@dataclass(frozen=True, slots=True)
class FieldChange:
    """`before` and `after` as the API has them elsewhere; the labels as people read them, where that is different."""

    field: str
    label: str
    before: str | None
    after: str | None
    before_label: str | None = None
    after_label: str | None = None


async def changes_of(context: RequestContext, requests: Sequence[RequestRecord]) -> list[list[FieldChange]]:
    """For each request. Fields that are hidden from the caller are left out, masked ones masked."""
    names = await _branch_names(context, requests)
    return [[*_leaving(context, request), *_record(context, request, names)] for request in requests]


def _leaving(context: RequestContext, request: RequestRecord) -> Iterator[FieldChange]:
    kind = APPROVAL_KINDS[RequestKind[request.kind]]
    if isinstance(kind, Leaving):
        left = kind.archived_as
        label = Message(left.chinese, left.english).in_language(context.language)
        yield FieldChange("kind", _LEFT.in_language(context.language), None, left.value, None, label)


def _record(context: RequestContext, request: RequestRecord, names: dict[int, str]) -> Iterator[FieldChange]:
    """In the order in which a form has the fields."""
    changes = request.changes or {}
    for column in filter(changes.__contains__, FIELD_LABELS):
        before, after = changes[column]
        field = _FIELDS.get(column, column)
        visibility = context.permissions.visibility(f"Member.{field}")
        if visibility is Visibility.HIDDEN:
            continue
        values = [_shown(column, value, visibility) for value in (before, after)]
        labels = [_label(context, column, value, names) for value in (before, after)]
        yield FieldChange(camel_case(field), FIELD_LABELS[column].in_language(context.language), *values, *labels)


def _shown(column: str, value: Any, visibility: Visibility) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return MASKS[column](str(value)) if visibility is Visibility.MASKED else str(value)


def _label(context: RequestContext, column: str, value: Any, names: dict[int, str]) -> str | None:
    if column == "branch_id":
        return None if value is None else names.get(value)
    if isinstance(value, bool):
        return (_YES if value else _NO).in_language(context.language)
    label = code_label(column, value)
    return None if label is None else label.in_language(context.language)


async def _branch_names(context: RequestContext, requests: Sequence[RequestRecord]) -> dict[int, str]:
    """Those within the caller's scope."""
    pairs = [(request.changes or {}).get("branch_id", ()) for request in requests]
    ids = list({number for pair in pairs for number in pair if number is not None})
    found = await context.loaders.organization_by_id(_NAME).load_many(ids)
    return {organization.id: organization.name for organization in found if organization is not None}
