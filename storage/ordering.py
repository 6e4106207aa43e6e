"""排序: the orders that records can be asked in, as columns, and the predicates of keyset pages over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, UnaryExpression, and_, false, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from domain.pages import TREE, OrderTerm
from storage.models import Account, Member, Organization

Column = InstrumentedAttribute[Any]


@dataclass(frozen=True, slots=True)
class SortKey:
    """A column, its direction, and whether missing values come first."""

    column: Column
    descending: bool
    missing_first: bool

    @property
    def nullable(self) -> bool:
        return bool(self.column.expression.nullable)

    @property
    def name(self) -> str:
        return f"-{self.column.key}" if self.descending else self.column.key

    def ordered(self, column: ColumnElement[Any] | None = None) -> UnaryExpression[Any]:
        """PostgreSQL's own place for NULL is left unsaid: the greatest value, so that one index serves both ways."""
        target = self.column.expression if column is None else column
        ordered = target.desc() if self.descending else target.asc()
        if not self.nullable or self.missing_first is self.descending:
            return ordered
        return ordered.nulls_first() if self.missing_first else ordered.nulls_last()


Keyset = tuple[SortKey, ...]

_COLUMNS_OF_MEMBER_ORDER: Mapping[str, tuple[tuple[Column, bool], ...]] = {
    "name": ((Member.name_pinyin, False), (Member.name, False)),
    "branch": ((Member.org_path, False),),
    "age": ((Member.birth_date, True),),
}
"""Orders that are not simply the column of that name: (column, whether it runs the other way)."""

_COLUMNS_OF_ORGANIZATION_ORDER: Mapping[str, tuple[tuple[Column, bool], ...]] = {
    TREE: ((Organization.path, False),),
}


_COLUMNS_OF_ACCOUNT_ORDER: Mapping[str, tuple[tuple[Column, bool], ...]] = {
    "organization": ((Account.org_path, False),),
}


@lru_cache(maxsize=1_000)
def member_keyset(order: tuple[OrderTerm, ...]) -> Keyset:
    """The keys of the order; without one, members come as their organisations stand in the tree."""
    terms = order or (OrderTerm("branch"),)
    return _total(_keys(terms, Member, _COLUMNS_OF_MEMBER_ORDER), Member.id)


@lru_cache(maxsize=1_000)
def organization_keyset(order: tuple[OrderTerm, ...]) -> Keyset:
    """The keys of the order; without one, organisations come as they stand in the tree."""
    terms = order or (OrderTerm(TREE),)
    return _total(_keys(terms, Organization, _COLUMNS_OF_ORGANIZATION_ORDER), Organization.id)


@lru_cache(maxsize=1_000)
def account_keyset(order: tuple[OrderTerm, ...]) -> Keyset:
    """The keys of the order; without one, accounts come as their organisations stand in the tree."""
    terms = order or (OrderTerm("organization"),)
    return _total(_keys(terms, Account, _COLUMNS_OF_ACCOUNT_ORDER), Account.id)


def _keys(
    terms: Sequence[OrderTerm], table: type, special: Mapping[str, tuple[tuple[Column, bool], ...]]
) -> list[SortKey]:
    keys = []
    for term in terms:
        for column, runs_backward in special.get(term.field) or ((getattr(table, term.field), False),):
            keys.append(SortKey(column, term.descending != runs_backward, missing_first=term.descending))
    return keys


def _total(keys: list[SortKey], identifier: Column) -> Keyset:
    """No two records are equal in a total order. The id runs as the last key does, so that one index can serve both."""
    return (*keys, SortKey(identifier, keys[-1].descending, missing_first=False))


def backward(keyset: Keyset) -> Keyset:
    return tuple(replace(key, descending=not key.descending, missing_first=not key.missing_first) for key in keyset)


def _runs_one_way(keyset: Keyset) -> bool:
    return len({key.descending for key in keyset}) == 1


def beyond(keyset: Keyset, place: Sequence[object]) -> ColumnElement[bool]:
    """The records after `place` in this order, as one condition."""
    if _runs_one_way(keyset) and not any(key.nullable for key in keyset):
        return _row_beyond(keyset, place)
    return _spelled_out_beyond(keyset, place)


def segments_beyond(keyset: Keyset, place: Sequence[object]) -> list[ColumnElement[bool]]:
    """The same records as `beyond`, in conditions that follow one another in this order.

    Beyond a place in an order by one column that may be missing, an OR would keep PostgreSQL from starting in the
    middle of the index; each of two segments can.
    """
    first = keyset[0]
    if not (first.nullable and _runs_one_way(keyset) and not any(key.nullable for key in keyset[1:])):
        return [beyond(keyset, place)]
    here = first.column.is_(None) & _row_beyond(keyset[1:], place[1:])
    if place[0] is None:
        return [here, first.column.is_not(None)] if first.missing_first else [here]
    row = _row_beyond(keyset, place)
    return [row] if first.missing_first else [row, first.column.is_(None)]


def _row_beyond(keyset: Keyset, place: Sequence[object]) -> ColumnElement[bool]:
    columns = tuple_(*(key.column for key in keyset))
    values = tuple_(*place, types=[key.column.type for key in keyset])
    return columns < values if keyset[0].descending else columns > values


def _spelled_out_beyond(keyset: Keyset, place: Sequence[object]) -> ColumnElement[bool]:
    branches = []
    equal_so_far: list[ColumnElement[bool]] = []
    for key, value in zip(keyset, place, strict=True):
        branches.append(and_(*equal_so_far, _key_beyond(key, value)))
        equal_so_far.append(key.column.is_(None) if value is None else key.column == value)
    return or_(*branches)


def _key_beyond(key: SortKey, value: object) -> ColumnElement[bool]:
    if value is None:
        return key.column.is_not(None) if key.missing_first else false()
    # a bare True would become SQL's constant, which has no < or >
    bound = value if isinstance(value, BindParameter) else literal(value, key.column.type)
    further = key.column < bound if key.descending else key.column > bound
    return or_(further, key.column.is_(None)) if key.nullable and not key.missing_first else further
