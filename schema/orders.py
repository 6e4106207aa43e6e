"""排序: order inputs derived from the sortable fields of a type."""

from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, TypeVar

import strawberry

from domain.codes import CodeList
from domain.pages import TREE, OrderTerm
from schema.codes import described
from schema.traits import record_name, traits_of

_ORDERED_RECORD = "__ordered_record__"
ClassT = TypeVar("ClassT", bound=type)


class Direction(CodeList):
    ASC = "ASC", "升序，缺失值在最后", "ascending, missing values last"
    DESC = "DESC", "降序，缺失值在最前", "descending, missing values first"


described(Direction, name="OrderDirection", description="排序方向。Direction of an order.")


def order_fields_of(record_type: type, **further: str) -> type[Enum]:
    """The enum of the fields of a type that it can be ordered by; its values are their columns.

    `further` gives orders that are no field: name → description.
    """
    definition = record_type.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.type
    sortable = [
        (record_name(field), traits.description)
        for field in definition.fields
        if (traits := traits_of(field)) is not None and traits.sortable
    ]
    described_columns = [*sortable, *further.items()]
    name = f"{definition.name}OrderField"
    columns = Enum(name, {column.upper(): column for column, _ in described_columns}, module=__name__)  # type: ignore[misc] # derived
    enum = strawberry.enum(columns, description=f"排序字段。What a {definition.name} can be ordered by.")
    for value, (_, description) in zip(enum.__strawberry_definition__.values, described_columns, strict=True):  # type: ignore[attr-defined] # set by strawberry.enum
        value.description = description
    setattr(enum, _ORDERED_RECORD, definition.name)
    return enum


def ordered_field(enum: type, name: str) -> str | None:
    """`Type.field` that a value of an order enum stands for; None when it is no field, or the enum of another kind."""
    record = getattr(enum, _ORDERED_RECORD, None)
    return None if record is None or name.lower() == TREE else f"{record}.{name.lower()}"


def order_of(record_type: type, **further: str) -> Callable[[ClassT], ClassT]:
    """Makes the decorated class the order input of a type."""

    def derive(cls: Any) -> Any:
        cls.__annotations__ = {"field": order_fields_of(record_type, **further), "direction": Direction}
        cls.field = strawberry.field(description="排序字段。What to order by.")
        cls.direction = strawberry.field(default=Direction.ASC, description="排序方向。Ascending when absent.")
        return strawberry.input(cls, description=cls.__doc__)

    return derive


def order_from(order_by: Sequence[Any] | None) -> tuple[OrderTerm, ...]:
    """Without repetitions: a field that has been ordered by already orders nothing more."""
    terms: dict[str, OrderTerm] = {}
    for item in order_by or ():
        terms.setdefault(item.field.value, OrderTerm(item.field.value, item.direction is Direction.DESC))
    return tuple(terms.values())
