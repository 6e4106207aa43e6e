"""分页: keyset pages over one select, and over one lateral select for many parents at once.

The SQL of a page without a filter depends on its columns, its order and the form of its cursors alone. It is built once
with named parameters (`shape_of`, `values_of`); under a filter it is built with the values themselves (`walk_of`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Integer, Select, select, union_all

from domain.pages import Page, PageRequest, RecordT
from storage.cursors import cursor_at, place_of
from storage.ordering import Keyset, backward, beyond, segments_beyond
from storage.statements import parameter

Place = Sequence[object]
"""A value for each key of an order, or its named parameter; None where it is missing."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How a page is walked: from the place where it starts, if any, to the place where it stops, at most so far."""

    backward: bool
    start: tuple[object, ...] | None
    stop: tuple[object, ...] | None
    limit: int | BindParameter[int]

    def keyset(self, keyset: Keyset) -> Keyset:
        return backward(keyset) if self.backward else keyset


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a walk changes its SQL: for each end, which of its values are missing."""

    backward: bool
    start: tuple[bool, ...] | None
    stop: tuple[bool, ...] | None


def walk_of(keyset: Keyset, request: PageRequest) -> Walk:
    """With one record more than the page holds, to know whether there are more."""
    after = tuple(place_of(keyset, request.after, "after")) if request.after is not None else None
    before = tuple(place_of(keyset, request.before, "before")) if request.before is not None else None
    start, stop = (before, after) if request.backward else (after, before)
    return Walk(request.backward, start, stop, request.limit + 1)


def shape_of(walk: Walk) -> Shape:
    return Shape(walk.backward, _missing(walk.start), _missing(walk.stop))


def _missing(place: Place | None) -> tuple[bool, ...] | None:
    return None if place is None else tuple(value is None for value in place)


def walk_with_parameters(keyset: Keyset, shape: Shape) -> Walk:
    """A walk of that shape, its values yet to come."""
    start, stop = (_parameters(name, keyset, getattr(shape, name)) for name in ("start", "stop"))
    return Walk(shape.backward, start, stop, parameter("limit", Integer))


def _parameters(name: str, keyset: Keyset, missing: tuple[bool, ...] | None) -> tuple[object, ...] | None:
    if missing is None:
        return None
    keys = enumerate(zip(keyset, missing, strict=True))
    return tuple(None if gone else parameter(f"{name}_{number}", key.column.type) for number, (key, gone) in keys)


def values_of(walk: Walk) -> dict[str, object]:
    """The values of the parameters."""
    values: dict[str, object] = {"limit": walk.limit}
    for name, place in (("start", walk.start), ("stop", walk.stop)):
        values |= {f"{name}_{number}": value for number, value in enumerate(place or ()) if value is not None}
    return values


def page_statement(statement: Select[Any], keyset: Keyset, walk: Walk) -> Select[Any]:
    """`statement` selects the columns of the record, those of the order among them."""
    walked = walk.keyset(keyset)
    if walk.stop is not None:
        statement = statement.where(beyond(backward(walked), walk.stop))
    parts = [statement] if walk.start is None else [statement.where(p) for p in segments_beyond(walked, walk.start)]
    ordered = [part.order_by(*(key.ordered() for key in walked)).limit(walk.limit) for part in parts]
    return ordered[0] if len(ordered) == 1 else _one_after_another(ordered, walked, walk)


def _one_after_another(parts: Sequence[Select[Any]], walked: Keyset, walk: Walk) -> Select[Any]:
    rows = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(rows).order_by(*(key.ordered(rows.c[key.column.key]) for key in walked)).limit(walk.limit)


def page_conditions(keyset: Keyset, walk: Walk) -> list[ColumnElement[bool]]:
    """The ends of the walk as conditions, for a page inside a lateral join."""
    walked = walk.keyset(keyset)
    conditions = [] if walk.start is None else [beyond(walked, walk.start)]
    return conditions if walk.stop is None else [*conditions, beyond(backward(walked), walk.stop)]


def page_of(records: list[RecordT], keyset: Keyset, request: PageRequest) -> Page[RecordT]:
    """The page from records as they were walked, with the one beyond its end if there was one."""
    more = len(records) > request.limit
    kept = records[: request.limit]
    if request.backward:
        kept.reverse()
    return Page(
        records=kept,
        cursor_of=partial(cursor_at, keyset),
        has_next=request.before is not None if request.backward else more,
        has_previous=more if request.backward else request.after is not None,
    )
