"""脱敏: records as the caller may see them."""

from collections.abc import Sequence
from dataclasses import replace

from domain.masking import MASKS, Mask
from domain.pages import Page
from domain.records import RecordT
from resolvers.context import RequestContext


def as_shown(context: RequestContext, type_name: str, records: Sequence[RecordT]) -> Sequence[RecordT]:
    """Records of one read with their masked fields masked."""
    masked = context.permissions.masked_columns.get(type_name, ())
    if not masked or not records:
        return records
    kind = type(records[0])
    masks = [(place, MASKS[field]) for place, field in enumerate(kind._fields) if field in masked]
    return [kind._make(_masked(record, masks)) for record in records] if masks else records


def page_as_shown(context: RequestContext, type_name: str, page: Page[RecordT]) -> Page[RecordT]:
    shown = as_shown(context, type_name, page.records)
    return page if shown is page.records else replace(page, records=shown)


def _masked(record: RecordT, masks: Sequence[tuple[int, Mask]]) -> list[object]:
    values = list(record)
    for place, mask in masks:
        if values[place] is not None:
            values[place] = mask(str(values[place]))
    return values
