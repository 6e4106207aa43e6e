"""The marks of rows in SQL, and the numbers of rows by combinations of them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    Text,
    case,
    cast,
    column,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import Insert, array, insert

from domain.rollups import BETWEEN, COLUMNS, PAIRS, SINGLE, SPANS, Combination, name_of
from domain.statistics import MISSING
from storage.models import RollupCount

Value = ColumnElement[Any]
Marks = Mapping[str, Value]
_MARK = Text(collation="C")


def marks_of(row: Any, day: date) -> Marks:
    """By column, of a table or whatever has its columns; spans are those of the day."""
    return {name: _mark(getattr(row, name), name, day).label(name) for name in COLUMNS}


def _mark(value: ColumnElement[Any], name: str, day: date) -> ColumnElement[Any]:
    if name not in SPANS:
        return func.coalesce(cast(value, _MARK), MISSING.key)
    *spans, last = SPANS[name](day)
    within = [(value >= span.first, literal(span.key)) for span in spans]
    return case((value.is_(None), literal(MISSING.key)), *within, else_=literal(last.key))


def mark_of_combination(marks: Any, combination: Combination) -> ColumnElement[Any]:
    """Of what has a mark under the name of each column."""
    first, *others = (getattr(marks, name) for name in combination)
    for other in others:
        first = first.concat(BETWEEN).concat(other)
    return cast(first, _MARK)


def numbers(
    rows: FromClause, by_pairs: ColumnElement[bool] | bool, only: frozenset[str] = frozenset(COLUMNS)
) -> Select[Any]:
    """Of rows that have `organization_id`, `place_id`, `change` and marks: the sums of the changes that are not 0, by
    every combination with one of the columns, by pairs where that holds."""
    single, pairs = (_with_one_of(kind, only) for kind in (SINGLE, PAIRS))
    if isinstance(by_pairs, bool):
        names, marks = _arrays(rows, pairs if by_pairs else single)
    else:
        few, all_ = _arrays(rows, single), _arrays(rows, single + pairs)
        names, marks = (case((by_pairs, many), else_=less) for many, less in zip(all_, few, strict=True))
    each = func.unnest(names, marks).table_valued(column("combination", _MARK), column("marks", _MARK)).render_derived()
    by = (rows.c.organization_id, each.c.combination, rows.c.place_id, each.c.marks)
    number = func.sum(rows.c.change)
    return select(*by, number.label("number")).select_from(rows.join(each, true())).group_by(*by).having(number != 0)


def _with_one_of(combinations: Sequence[Combination], columns: frozenset[str]) -> tuple[Combination, ...]:
    return tuple(combination for combination in combinations if columns.intersection(combination))


def _arrays(rows: FromClause, combinations: Sequence[Combination]) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    names: list[Value] = [literal(name_of(combination), _MARK) for combination in combinations]
    marks = [mark_of_combination(rows.c, combination) for combination in combinations]
    return array(names), array(marks)


def added(found: Select[Any] | CompoundSelect[Any]) -> Insert:
    """Numbers as `numbers` gives them, added to the counts that there are."""
    each = found.cte("found")
    key = (each.c.organization_id, each.c.combination, each.c.place_id)
    packed = select(*key, func.jsonb_object_agg(each.c.marks, each.c.number)).group_by(*key)
    counts = insert(RollupCount).from_select(["organization_id", "combination", "place_id", "counts"], packed)
    return counts.on_conflict_do_update(
        index_elements=["organization_id", "combination", "place_id"],
        set_={"counts": func.summed_counts(RollupCount.counts, counts.excluded.counts)},
    )


def place_below(path: Value, depth: Value, itself: Value) -> Value:
    """The id of the child, which comes in the path after so many; the organisation itself where the path ends there."""
    after = func.nullif(func.split_part(path, "/", depth + 1), "", type_=Text)
    return func.coalesce(cast(after, BigInteger), itself)
