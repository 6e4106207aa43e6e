"""可查询字段: which fields of a type can be conditions, read from their traits."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from strawberry.types.base import StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from domain.codes import CodeList
from domain.filtering import FieldKind, OperatorRow, operators_that_fit
from schema.traits import Traits, record_name, traits_of


@dataclass(frozen=True, slots=True)
class FilterableField:
    """A field that can be a condition: all that its input, its discovery and its filter are made from.

    `scalar` is the Python type of one value of it.
    """

    record: str
    name: str
    traits: Traits
    kind: FieldKind
    scalar: Any
    nullable: bool

    @property
    def operators(self) -> tuple[OperatorRow, ...]:
        return operators_that_fit(self.kind, nullable=self.nullable)

    @property
    def codes(self) -> type[CodeList] | None:
        return self.scalar if self.kind is FieldKind.CODE else None

    @property
    def permission(self) -> str:
        """The field's name in the permission matrix."""
        return f"{self.record}.{self.name}"

    @property
    def input_name(self) -> str:
        """The field's name in the filter input."""
        return to_camel_case(self.name)


def filterable_fields(record_type: type) -> Iterator[FilterableField]:
    """In the order of the type."""
    definition = record_type.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.type
    for field in definition.fields:
        traits = traits_of(field)
        if traits is not None and traits.kind is not None:
            yield _filterable(definition.name, field, traits, traits.kind)


def _filterable(record: str, field: StrawberryField, traits: Traits, kind: FieldKind) -> FilterableField:
    nullable = isinstance(field.type, StrawberryOptional)
    inner = field.type.of_type if isinstance(field.type, StrawberryOptional) else field.type
    scalar = inner.wrapped_cls if isinstance(inner, StrawberryEnumDefinition) else inner
    return FilterableField(record, record_name(field), traits, kind, scalar, nullable)
