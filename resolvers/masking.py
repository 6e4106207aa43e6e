"""脱敏: records as the caller may see them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from domain.masking import MASKS, Mask
from domain.pages import Page
from resolvers.context import RequestContext

ShownT = TypeVar("ShownT")
"""A named tuple, as all records are that can be masked."""


def as_shown(context: RequestContext, type_name: str, records: Sequence[ShownT]) -> Sequence[ShownT]:
    """Records of one read with their masked fields masked."""
    masked = context.permissions.masked_columns.get(type_name, ())
    if not masked or not records:
        return records
    kind: Any = type(records[0])
    masks = [(place, MASKS[field]) for place, field in enumerate(kind._fields) if field in masked]
    return [kind._make(_masked(cast("Iterable[object]", record), masks)) for record in records] if masks else records


def page_as_shown(context: RequestContext, type_name: str, page: Page[ShownT]) -> Page[ShownT]:
    shown = as_shown(context, type_name, page.records)
    return page if shown is page.records else replace(page, records=shown)


def _masked(record: Iterable[object], masks: Sequence[tuple[int, Mask]]) -> list[object]:
    values = list(record)
    for place, mask in masks:
        if values[place] is not None:
            values[place] = mask(str(values[place]))
    return values
