"""What a caller wrote in a filter input, as a filter of the domain. An empty condition is no condition."""

from datetime import date
from typing import Any, cast

from domain.codes import CodeList
from domain.errors import CallerError, bad_input
from domain.filtering import (
    Condition,
    FieldKind,
    Filter,
    InBranch,
    Not,
    Operand,
    OperandShape,
    Operator,
    Range,
    Scalar,
    Within,
    all_of,
    any_of,
)
from domain.texts import can_be_stored
from schema.chosen_rules import breaches_of
from schema.filterable import FilterableField
from schema.filters import FIELDS
from schema.identifiers import number_of
from schema.optional import given

LONGEST_TEXT = 200
LONGEST_LIST = 5_000
DEEPEST_FILTER = 20


def filter_from(where: object | None, depth: int = 1) -> Filter | None:
    """None when nothing in it is a condition; a caller's error for a value that cannot be looked for."""
    if given(where) is None:
        return None
    if depth > DEEPEST_FILTER:
        raise _too_deep()
    fields: tuple[FilterableField, ...] = getattr(type(where), FIELDS)
    conditions = [condition for field in fields for condition in _conditions(field, where)]
    return all_of([*conditions, *_own_parts(where, depth), *_combined(where, depth)])


def _own_parts(where: Any, depth: int) -> list[Filter]:
    """What a filter input declares beside the fields of its type."""
    parts: list[Filter] = []
    within = given(getattr(where, "within", None))
    if within is not None:
        parts.append(Within(number_of("Organization", within, "within")))
    inner = filter_from(getattr(where, "branch", None), depth + 1)
    if inner is not None:
        parts.append(InBranch(inner))
    breaches = given(getattr(where, "breaches", None))
    has_breach = None if breaches is None else breaches_of(breaches)
    if has_breach is not None:
        parts.append(has_breach)
    return parts


def _combined(where: Any, depth: int) -> list[Filter]:
    every = [filter_from(part, depth + 1) for part in given(where.and_) or ()]
    either = any_of([part for part in (filter_from(part, depth + 1) for part in given(where.or_) or ()) if part])
    negated = filter_from(where.not_, depth + 1)
    parts = [part for part in (*every, either) if part is not None]
    return parts if negated is None else [*parts, Not(negated)]


def _conditions(field: FilterableField, where: object) -> list[Filter]:
    methods = given(getattr(where, field.name))
    if methods is None:
        return []
    return [condition for row in field.operators for condition in _condition(field, row.operator, row.shape, methods)]


def _condition(field: FilterableField, operator: Operator, shape: OperandShape, methods: object) -> list[Filter]:
    written = given(getattr(methods, operator.value.lower()))
    operand = None if written is None else _operand(field, shape, written)
    return [] if operand is None else [Condition(field.name, operator, operand)]


def _operand(field: FilterableField, shape: OperandShape, written: Any) -> Operand | None:
    """None for what is empty: a text without characters, a list without values, a range without ends."""
    if shape is OperandShape.LIST:
        return _values(field, written)
    if shape is OperandShape.RANGE:
        return _range(field, given(written.from_), given(written.to))
    value = _value(field, written)
    return None if value == "" else value


def _values(field: FilterableField, written: list[Any]) -> tuple[Scalar, ...] | None:
    if len(written) > LONGEST_LIST:
        raise bad_input(
            f"“{field.traits.label}”的 multi 有 {len(written)} 个值，最多 {LONGEST_LIST} 个。请分批查询。",
            f"`multi` of {field.input_name} has {len(written)} values; {LONGEST_LIST} are allowed. Ask in parts.",
            ("where", field.input_name, "multi"),
        )
    values = (_value(field, value) for value in written)
    return tuple(value for value in values if value != "") or None


def _range(field: FilterableField, start: date | int | None, end: date | int | None) -> Range | None:
    if start is None and end is None:
        return None
    if start is not None and end is not None and cast("Any", start) > end:
        raise bad_input(
            f"“{field.traits.label}”的区间起点晚于终点。请交换两端。",
            f"The range of {field.input_name} starts after its end. Swap the two.",
            ("where", field.input_name, "range"),
        )
    return Range(start, end)


def _value(field: FilterableField, written: Any) -> Scalar:
    if isinstance(written, CodeList):
        return written.value
    if field.kind is FieldKind.REFERENCE:
        return number_of(field.record, written, field.input_name)
    if isinstance(written, str):
        return _text(field, written)
    return cast("Scalar", written)


def _text(field: FilterableField, written: str) -> str:
    """An identity number's last character is looked for in upper case, as it is stored."""
    if len(written) > LONGEST_TEXT:
        raise _unusable(field, f"长度 {len(written)}，最多 {LONGEST_TEXT} 个字符", "is longer than 200 characters")
    if not can_be_stored(written):
        raise _unusable(field, "含有无法存储的字符", "has a character that no stored text can have")
    return written.upper() if field.name == "identity_number" else written


def _unusable(field: FilterableField, chinese: str, english: str) -> CallerError:
    return bad_input(
        f"“{field.traits.label}”的查询值{chinese}。",
        f"The value looked for in {field.input_name} {english}.",
        ("where", field.input_name),
    )


def _too_deep() -> CallerError:
    return bad_input(
        f"查询条件嵌套超过 {DEEPEST_FILTER} 层。请减少 and、or、not 的嵌套。",
        f"The filter is nested deeper than {DEEPEST_FILTER} levels. Nest and, or, not less deeply.",
        ("where",),
    )
