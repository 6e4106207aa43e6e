"""Compiles a filter of the query builder to a SQL condition: one function a method, one table of them.

A condition does not hold where the value is missing, and NOT is true wherever its part does not hold: two values,
not SQL's three, so that a filter and its negation always split the register in two.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, cast

from sqlalchemy import ARRAY, ColumnElement, and_, any_, bindparam, false, func, literal_column, or_, select, true
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.types import Text, TypeEngine

from domain.clock import SHANGHAI
from domain.filtering import AllOf, AnyOf, Condition, Filter, HasBreach, InBranch, Not, Operand, Operator, Range, Within
from domain.paths import end_of_subtree
from domain.pinyin import normalize_pinyin
from storage.models import (
    Account,
    ApprovalRequest,
    AuditEntry,
    HistoryMember,
    Member,
    MemberDelta,
    Organization,
    ValidationResult,
)
from storage.statements import parameter
from storage.text_search import FrequentGrams, grams_to_look_for, is_unusual_in_a_number

Table = (
    type[Member]
    | type[MemberDelta]
    | type[Organization]
    | type[Account]
    | type[AuditEntry]
    | type[ApprovalRequest]
    | type[HistoryMember]
    | type[ValidationResult]
)
Column = InstrumentedAttribute[Any]

_PATHS: Mapping[Table, Column] = {
    Member: Member.org_path,
    MemberDelta: MemberDelta.org_path,
    Organization: Organization.path,
    Account: Account.org_path,
    AuditEntry: AuditEntry.org_path,
    ApprovalRequest: ApprovalRequest.org_path,
    HistoryMember: HistoryMember.org_path,
    ValidationResult: ValidationResult.org_path,
}
_WITH_GRAMS: Mapping[Column, str] = {
    Member.name: "ix_members_name_grams",
    Member.home_address: "ix_members_home_address_grams",
    Organization.name: "ix_organizations_name_grams",
}
_WITH_UNUSUAL_GRAMS: frozenset[Column] = frozenset({Member.identity_number, Member.phone})
_REVERSED: frozenset[Column] = frozenset({Member.name, Member.identity_number, Member.phone})


def subtree(path_column: Column, path: str) -> ColumnElement[bool]:
    """The rows of the organisation with that path and of all below it."""
    return and_(path_column >= path, path_column < end_of_subtree(path))


def scoped(path_column: Column) -> ColumnElement[bool]:
    """The rows of the caller's scope; its path comes with `scope_values`."""
    start, end = (parameter(name, path_column.type) for name in ("scope", "scope_end"))
    return and_(path_column >= start, path_column < end)


def scope_values(path: str) -> dict[str, str]:
    return {"scope": path, "scope_end": end_of_subtree(path)}


def compiled(node: Filter, table: Table, frequent: FrequentGrams | None = None) -> ColumnElement[bool]:
    """The filter as a condition on the rows of a table.

    `frequent` says which pieces of text no index need be asked for. Without it none is: right for rows that are found
    in another way.
    """
    match node:
        case Condition():
            return _condition(node, table, frequent)
        case Within():
            return _within(node, table)
        case InBranch(inner):
            return Member.branch_id.in_(select(Organization.id).where(compiled(inner, Organization, frequent)))
        case HasBreach():
            return _has_breach(node)
        case AllOf(parts) | AnyOf(parts):
            together = (compiled(part, table, frequent) for part in parts)
            return and_(true(), *together) if isinstance(node, AllOf) else or_(false(), *together)
        case Not(part):
            return compiled(part, table).is_not(True)


def _within(node: Within, table: Table) -> ColumnElement[bool]:
    if node.path is None:
        raise ValueError(f"the path of organisation {node.organization_id} has not been looked up")
    return subtree(_PATHS[table], node.path)


def _has_breach(node: HasBreach) -> ColumnElement[bool]:
    if node.rules is None:
        raise ValueError(f"it has not been looked up which rules are meant by {node}")
    broken = ValidationResult.rule == any_(_array(list(node.rules), Text()))
    return Member.id.in_(select(ValidationResult.member_id).where(broken))


def _condition(condition: Condition, table: Table, frequent: FrequentGrams | None) -> ColumnElement[bool]:
    column = cast("Column", getattr(table, condition.field))
    match = SQL_OF_OPERATOR[condition.operator](column, condition.operand)
    if frequent is None or not _needs_grams(condition.operator, column):
        return match
    return and_(match, *_candidates(column, str(condition.operand), frequent))


def _needs_grams(operator: Operator, column: Column) -> bool:
    return operator is Operator.FUZZY or (operator is Operator.SUFFIX and column not in _REVERSED)


def _candidates(column: Column, needle: str, frequent: FrequentGrams) -> list[ColumnElement[bool]]:
    """What holds wherever the text contains the needle, and what an index on grams can answer."""
    if column in _WITH_GRAMS:
        rare = frequent.rare(_WITH_GRAMS[column], needle)
        return [_has_grams(column, rare)] if rare else []
    if column in _WITH_UNUSUAL_GRAMS and is_unusual_in_a_number(needle):
        return [column.regexp_match(literal_column("'[^0-9]'")), _has_grams(column, grams_to_look_for(needle))]
    return []


def _has_grams(column: Column, grams: Sequence[str]) -> ColumnElement[bool]:
    return func.text_grams(column).op("@>")(_array(grams, Text()))


def _equal(column: Column, operand: Operand) -> ColumnElement[bool]:
    return column == operand


def _contains(column: Column, operand: Operand) -> ColumnElement[bool]:
    return column.like(f"%{escaped(str(operand))}%")


def _starts_with(column: Column, operand: Operand) -> ColumnElement[bool]:
    return column.like(f"{escaped(str(operand))}%")


def _ends_with(column: Column, operand: Operand) -> ColumnElement[bool]:
    text = str(operand)
    if column in _REVERSED:
        return func.reverse(column).like(f"{escaped(text[::-1])}%")
    return column.like(f"%{escaped(text)}")


def _one_of(column: Column, operand: Operand) -> ColumnElement[bool]:
    values = list(cast("tuple[object, ...]", operand))
    return column == any_(_array(values, column.type))


def _between(column: Column, operand: Operand) -> ColumnElement[bool]:
    ends = cast("Range", operand)
    if isinstance(column.type, TIMESTAMP) and not any(isinstance(end, datetime) for end in (ends.start, ends.end)):
        return _between_days(column, cast("date | None", ends.start), cast("date | None", ends.end))
    parts = []
    if ends.start is not None:
        parts.append(column >= ends.start)
    if ends.end is not None:
        parts.append(column <= ends.end)
    return and_(true(), *parts)


def _between_days(column: Column, first: date | None, last: date | None) -> ColumnElement[bool]:
    """Moments from the start of the first day to the end of the last, in Asia/Shanghai. None is after the last of all
    days, which has no next one."""
    parts = []
    if first is not None:
        parts.append(column >= datetime.combine(first, time(), SHANGHAI))
    if last is not None and last < date.max:
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
