"""查询构造器: filter inputs derived from the traits of a type's fields.

For each field with a kind there is an input with exactly the methods that fit it (`MemberNameFilter`), and one input
for the type (`MemberFilter`) with a part for each field, and `and`, `or`, `not`. Each method carries in its metadata
which use of the field it is, for the permission check that walks a document before it runs.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

import strawberry
from strawberry.utils.str_converters import capitalize_first

from auth.visibility import FieldUse, purpose_of
from domain.filtering import FieldKind, OperandShape, OperatorRow
from schema.filterable import FilterableField, filterable_fields
from schema.optional import ABSENT

USE, USED_TOO = "use", "used_too"
FIELDS = "__filter_fields__"
ClassT = TypeVar("ClassT", bound=type)


@strawberry.input(description="日期区间。Between two dates, each end optional and inclusive.")
class DateRange:
    from_: date | None = strawberry.field(name="from", default=ABSENT, description="起始日期，含当日。First day.")
    to: date | None = strawberry.field(default=ABSENT, description="截止日期，含当日。Last day.")


@strawberry.input(description="数值区间。Between two numbers, each end optional and inclusive.")
class IntRange:
    from_: int | None = strawberry.field(name="from", default=ABSENT, description="最小值，含。Least value.")
    to: int | None = strawberry.field(default=ABSENT, description="最大值，含。Greatest value.")


@strawberry.input(description="时刻区间。Between two moments, each end optional and inclusive.")
class DateTimeRange:
    from_: datetime | None = strawberry.field(name="from", default=ABSENT, description="起始时刻，含。First moment.")
    to: datetime | None = strawberry.field(default=ABSENT, description="截止时刻，含。Last moment.")


_RANGES: Mapping[FieldKind, Any] = {FieldKind.NUMBER: IntRange, FieldKind.INSTANT: DateTimeRange}
"""Other kinds have a range of dates."""


def filter_of(record_type: type) -> Callable[[ClassT], ClassT]:
    """Makes the decorated class the filter input of a type; what the class declares itself comes in addition."""

    def derive(cls: ClassT) -> ClassT:
        fields = tuple(filterable_fields(record_type))
        annotations: dict[str, Any] = {}
        for field in fields:
            annotations[field.name] = _methods_of(field) | None
            setattr(cls, field.name, condition_part(field.traits.description))
        cls.__annotations__ = {**annotations, **cls.__annotations__, **_combinations(cls)}
        setattr(cls, FIELDS, fields)
        return strawberry.input(cls, description=cls.__doc__)

    return derive


def condition_part(description: str, use: FieldUse | None = None) -> Any:
    """A part of a filter that may be left out."""
    return strawberry.field(default=ABSENT, description=description, metadata={USE: use} if use else None)


def _combinations(cls: ClassT) -> dict[str, Any]:
    """`and`, `or` and `not` over the same input."""
    for attribute, description in (
        ("and_", "并且。All of these hold."),
        ("or_", "或者。Any of these holds; an empty list is no condition."),
        ("not_", "非。This does not hold."),
    ):
        setattr(cls, attribute, strawberry.field(name=attribute[:-1], default=ABSENT, description=description))
    several: Any = list[cls] | None  # type: ignore[valid-type] # the class is made here
    return {"and_": several, "or_": several, "not_": cls | None}


def _methods_of(field: FilterableField) -> Any:
    """The input with the methods that fit one field."""
    name = f"{field.record}{capitalize_first(field.input_name)}Filter"
    namespace: dict[str, Any] = {"__annotations__": {}}
    for row in field.operators:
        attribute = row.operator.value.lower()
        namespace["__annotations__"][attribute] = _operand_type(row, field) | None
        namespace[attribute] = condition_part(_describe(row), FieldUse(field.permission, purpose_of(row.operator)))
    description = (
        f"{field.traits.label}查询条件。Conditions on {field.traits.english_label.lower()}; all given ones hold."
    )
    return strawberry.input(type(name, (), namespace), name=name, description=description)


def _operand_type(row: OperatorRow, field: FilterableField) -> Any:
    match row.shape:
        case OperandShape.ONE:
            return field.scalar
        case OperandShape.LIST:
            return list[field.scalar]  # type: ignore[name-defined] # a type known at import time alone
        case OperandShape.RANGE:
            return _RANGES.get(field.kind, DateRange)
        case OperandShape.FLAG:
            return bool
        case OperandShape.TEXT:
            return str


def _describe(row: OperatorRow) -> str:
    return f"{row.operator.chinese}。{row.operator.english[0].upper()}{row.operator.english[1:]}."
