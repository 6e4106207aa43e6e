"""查询条件: the conditions of the query builder as plain data, and the one table of its methods.

A filter is a tree of frozen values. Nothing in it is SQL or GraphQL: the schema builds it, the permission check
reads it, storage compiles it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, auto

from domain.codes import CodeList, Severity
from domain.validation import ValidationRule


class FieldKind(CodeList):
    """字段类型: what a field holds, which decides the methods that fit it."""

    TEXT = "TEXT", "文本", "text"
    NAME = "NAME", "姓名", "a person's name, also searched by pinyin"
    CODE = "CODE", "代码", "a code of a closed list"
    DATE = "DATE", "日期", "calendar date"
    MOMENT = "MOMENT", "时间", "moment, searched by its date"
    NUMBER = "NUMBER", "数值", "whole number"
    FLAG = "FLAG", "是否", "yes or no"
    FILE = "FILE", "文件", "a file, there or missing"
    REFERENCE = "REFERENCE", "标识", "global id"
    KEY = "KEY", "标识文本", "text that is looked for as a whole"
    LIST = "LIST", "多选列表", "one or several codes; the list stands at the path itself, without a method"
    INSTANT = "INSTANT", "时刻", "moment, searched to the microsecond"


class Operator(CodeList):
    """查询方法 of a condition."""

    EXACT = "EXACT", "精准查询", "equal"
    FUZZY = "FUZZY", "模糊查询", "contains"
    PREFIX = "PREFIX", "左匹配查询", "starts with"
    SUFFIX = "SUFFIX", "右匹配查询", "ends with"
    MULTI = "MULTI", "多选", "one of"
    RANGE = "RANGE", "时间区间", "between two ends, each optional and inclusive"
    PINYIN = "PINYIN", "拼音查询", "the name's full pinyin or its initials start with"
    MISSING = "MISSING", "是否缺失", "whether the value is missing"


class OperandShape(StrEnum):
    """How the input of a method looks."""

    ONE = auto()
    LIST = auto()
    RANGE = auto()
    FLAG = auto()
    TEXT = auto()


_TEXTS = frozenset({FieldKind.TEXT, FieldKind.NAME})


@dataclass(frozen=True, slots=True)
class OperatorRow:
    operator: Operator
    shape: OperandShape
    kinds: frozenset[FieldKind]
    only_if_nullable: bool = False


OPERATORS: tuple[OperatorRow, ...] = (
    OperatorRow(
        Operator.EXACT,
        OperandShape.ONE,
        _TEXTS | {FieldKind.CODE, FieldKind.DATE, FieldKind.NUMBER, FieldKind.FLAG, FieldKind.REFERENCE, FieldKind.KEY},
    ),
    OperatorRow(Operator.FUZZY, OperandShape.ONE, _TEXTS),
    OperatorRow(Operator.PREFIX, OperandShape.ONE, _TEXTS),
    OperatorRow(Operator.SUFFIX, OperandShape.ONE, _TEXTS),
    OperatorRow(Operator.MULTI, OperandShape.LIST, _TEXTS | {FieldKind.CODE, FieldKind.REFERENCE, FieldKind.LIST}),
    OperatorRow(
        Operator.RANGE,
        OperandShape.RANGE,
        frozenset({FieldKind.DATE, FieldKind.MOMENT, FieldKind.NUMBER, FieldKind.INSTANT}),
    ),
    OperatorRow(Operator.PINYIN, OperandShape.TEXT, frozenset({FieldKind.NAME})),
    OperatorRow(Operator.MISSING, OperandShape.FLAG, frozenset(FieldKind) - {FieldKind.LIST}, only_if_nullable=True),
)


def operators_that_fit(kind: FieldKind, *, nullable: bool) -> tuple[OperatorRow, ...]:
    """The methods that a field of this kind offers."""
    return tuple(row for row in OPERATORS if kind in row.kinds and (nullable or not row.only_if_nullable))


Scalar = str | int | bool | date


@dataclass(frozen=True, slots=True)
class Range:
    """Both ends inclusive; a missing end is open. A range with two open ends is no condition and is never built."""

    start: date | int | None
    end: date | int | None


Operand = Scalar | tuple[Scalar, ...] | Range


@dataclass(frozen=True, slots=True)
class Condition:
    """One method on one field. `field` is the column's name; the record type is the one that is searched."""

    field: str
    operator: Operator
    operand: Operand


@dataclass(frozen=True, slots=True)
class Within:
    """The organisation, or the one that a member hangs on, lies in the subtree of this organisation, itself included.

    `path` is unknown until the caller's scope has been asked for it.
    """

    organization_id: int
    path: str | None = None


@dataclass(frozen=True, slots=True)
class InBranch:
    """The organisation that a member hangs on satisfies the filter."""

    filter: "Filter"


@dataclass(frozen=True, slots=True)
class HasBreach:
    """The member breaks a validation rule of one of the severities in quality control, and with one of the codes, as
    the last check or save has found it. None of either is no condition.

    `rules`: the codes of all that are meant; unknown until it is known which are in force and may be known of.
    """

    severities: tuple[Severity, ...]
    codes: tuple[str, ...]
    rules: tuple[str, ...] | None = None

    def among(self, rules: Iterable[ValidationRule]) -> tuple[str, ...]:
        """The codes of those that are meant."""
        return tuple(rule.code for rule in rules if self._means(rule))

    def _means(self, rule: ValidationRule) -> bool:
        is_of_severity = not self.severities or rule.quality in self.severities
        return is_of_severity and (not self.codes or rule.code in self.codes)


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Filter"


Filter = Condition | Within | InBranch | HasBreach | AllOf | AnyOf | Not
FilterChange = Callable[[Filter], Filter]


def all_of(parts: list["Filter"]) -> "Filter | None":
    """The parts together; no part at all is no condition."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def any_of(parts: list["Filter"]) -> "Filter | None":
    """Any of the parts; no part at all is no condition."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def parts_of(node: "Filter") -> tuple["Filter", ...]:
    """The filters directly inside this one, about the same record."""
    match node:
        case AllOf(parts) | AnyOf(parts):
            return parts
        case Not(part):
            return (part,)
        case _:
            return ()


def every_node(node: "Filter") -> Iterator["Filter"]:
    """The filter and all filters inside it, those on the organisation included."""
    yield node
    inside = (node.filter,) if isinstance(node, InBranch) else parts_of(node)
    for part in inside:
        yield from every_node(part)


def rewritten(node: "Filter", change: "FilterChange") -> "Filter":
    """A copy in which `change` has replaced every leaf (condition or subtree), and then what is asked of branches."""
    match node:
        case AllOf(parts):
            return AllOf(tuple(rewritten(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(rewritten(part, change) for part in parts))
        case Not(part):
            return Not(rewritten(part, change))
        case InBranch(inner):
            return change(InBranch(rewritten(inner, change)))
        case _:
            return change(node)
