"""Compiles a filter of the query builder to a SQL condition: one function a method, one table of them.

A condition does not hold where the value is missing, and NOT is true wherever its part does not hold: two values,
not SQL's three, so that a filter and its negation always split the register in two.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, and_, any_, bindparam, false, func, or_, select, true
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import Text, TypeEngine

from domain.clock import SHANGHAI
from domain.filtering import AllOf, AnyOf, Condition, Filter, InBranch, Not, Operand, Operator, Range, Within
from domain.paths import end_of_subtree
from domain.pinyin import normalize_pinyin
from storage.models import Member, Organization
from storage.text_search import grams_to_look_for

Table = type[Member] | type[Organization]
Column = InstrumentedAttribute[Any]

_WITH_GRAMS: frozenset[Column] = frozenset({Member.name, Member.home_address, Organization.name})
_REVERSED: frozenset[Column] = frozenset({Member.name, Member.identity_number, Member.phone})


def subtree(path_column: Column, path: str) -> ColumnElement[bool]:
    """The rows of the organisation with that path and of all below it."""
    return and_(path_column >= path, path_column < end_of_subtree(path))


def compiled(node: Filter, table: Table) -> ColumnElement[bool]:
    match node:
        case Condition():
            return _condition(node, table)
        case Within():
            return _within(node, table)
        case InBranch(inner):
            return Member.branch_id.in_(select(Organization.id).where(compiled(inner, Organization)))
        case AllOf(parts):
            return and_(true(), *(compiled(part, table) for part in parts))
        case AnyOf(parts):
            return or_(false(), *(compiled(part, table) for part in parts))
        case Not(part):
            return compiled(part, table).is_not(True)


def _within(node: Within, table: Table) -> ColumnElement[bool]:
    if node.path is None:
        raise ValueError(f"the path of organisation {node.organization_id} has not been looked up")
    return subtree(Member.org_path if table is Member else Organization.path, node.path)


def _condition(condition: Condition, table: Table) -> ColumnElement[bool]:
    column = cast("Column", getattr(table, condition.field))
    return SQL_OF_OPERATOR[condition.operator](column, condition.operand)


def _equal(column: Column, operand: Operand) -> ColumnElement[bool]:
    return column == operand


def _contains(column: Column, operand: Operand) -> ColumnElement[bool]:
    text = str(operand)
    return _narrowed_by_grams(column, text, column.like(f"%{escaped(text)}%"))


def _starts_with(column: Column, operand: Operand) -> ColumnElement[bool]:
    return column.like(f"{escaped(str(operand))}%")


def _ends_with(column: Column, operand: Operand) -> ColumnElement[bool]:
    text = str(operand)
    if column in _REVERSED:
        return func.reverse(column).like(f"{escaped(text[::-1])}%")
    return _narrowed_by_grams(column, text, column.like(f"%{escaped(text)}"))


def _narrowed_by_grams(column: Column, text: str, match: ColumnElement[bool]) -> ColumnElement[bool]:
    """The index on characters and pairs finds the candidates, LIKE decides."""
    if column not in _WITH_GRAMS:
        return match
    candidates = func.text_grams(column).op("@>")(_array(grams_to_look_for(text), Text()))
    return and_(match, candidates)  # LIKE first: where no index is used, it is far cheaper


def _one_of(column: Column, operand: Operand) -> ColumnElement[bool]:
    values = list(cast("tuple[object, ...]", operand))
    return column == any_(_array(values, column.type))


def _between(column: Column, operand: Operand) -> ColumnElement[bool]:
    ends = cast("Range", operand)
    if isinstance(column.type, TIMESTAMP):
        return _between_days(column, cast("date | None", ends.start), cast("date | None", ends.end))
    parts = []
    if ends.start is not None:
        parts.append(column >= ends.start)
    if ends.end is not None:
        parts.append(column <= ends.end)
    return and_(true(), *parts)


def _between_days(column: Column, first: date | None, last: date | None) -> ColumnElement[bool]:
    """Moments from the start of the first day to the end of the last, in Asia/Shanghai."""
    parts = []
    if first is not None:
        parts.append(column >= datetime.combine(first, time(), SHANGHAI))
    if last is not None:
        parts.append(column < datetime.combine(last + timedelta(days=1), time(), SHANGHAI))
    return and_(true(), *parts)


def _pinyin_starts_with(column: Column, operand: Operand) -> ColumnElement[bool]:
    """Only a name has pinyin: its columns stand beside it."""
    pattern = f"{escaped(normalize_pinyin(str(operand)))}%"
    spelled: Column = getattr(column.class_, f"{column.key}_pinyin")
    initials: Column = getattr(column.class_, f"{column.key}_initials")
    return or_(spelled.like(pattern), initials.like(pattern))


def _missing(column: Column, operand: Operand) -> ColumnElement[bool]:
    return column.is_(None) if operand else column.is_not(None)


SQL_OF_OPERATOR: Mapping[Operator, Callable[[Column, Operand], ColumnElement[bool]]] = {
    Operator.EXACT: _equal,
    Operator.FUZZY: _contains,
    Operator.PREFIX: _starts_with,
    Operator.SUFFIX: _ends_with,
    Operator.MULTI: _one_of,
    Operator.RANGE: _between,
    Operator.PINYIN: _pinyin_starts_with,
    Operator.MISSING: _missing,
}


def escaped(text: str) -> str:
    r"""The text for LIKE, in which `%`, `_` and `\` stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _array(values: Sequence[object], element_type: TypeEngine[Any]) -> ColumnElement[Any]:
    """One bound array: the statement's text stays the same however many values there are."""
    return bindparam(None, values, type_=ARRAY(element_type), unique=True)
