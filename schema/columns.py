"""列: what can be exported of a record, and shown in a list: derived from the fields of its type.

A column is a field that is one value (a text, a code, a number, a date), and beside these the name of the branch.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from operator import attrgetter
from typing import Any, cast

import strawberry
from strawberry.types.base import StrawberryOptional
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

from auth.visibility import FieldUse, Purpose
from domain.errors import Message
from resolvers.export_rows import ExportColumn, ValueOf
from schema.traits import OF_CONTEXT, Traits, columns_read, record_name, traits_of

_COLUMNS = "__exported_columns__"
_BRANCH = "branch"
_NONE = {"collection_form_url"}
"""An address that is made for whoever asks, and good for a day, is no value of the record."""

_NAME_OF_BRANCH = FieldUse("Organization.name", Purpose.READ)
_ONE_VALUE = (str, int, date)
"""Codes are texts, flags are numbers and moments are dates, for Python."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column with what its value in the enum says of it."""

    exported: ExportColumn
    description: str


def columns_of(record_type: type) -> type[Enum]:
    """The enum of the columns of a type: `MemberColumn.JOINED_ON`."""
    definition = record_type.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.type
    columns = {column.exported.name: column for column in _columns(definition)}
    name = f"{definition.name}Column"
    values = Enum(name, {column.upper(): column for column in columns}, module=__name__)  # type: ignore[misc] # derived
    enum = strawberry.enum(values, description=f"列。A column of a list of {definition.name} records, or of a file.")
    for value, column in zip(enum.__strawberry_definition__.values, columns.values(), strict=True):  # type: ignore[attr-defined] # set by strawberry.enum
        value.description = column.description
    setattr(enum, _COLUMNS, {key: column.exported for key, column in columns.items()})
    return enum


def exported_columns(enum: type) -> Mapping[str, ExportColumn] | None:
    """Column → what is exported by it; None for an enum of another kind."""
    found: Mapping[str, ExportColumn] | None = getattr(enum, _COLUMNS, None)
    return found


def columns_from(chosen: Sequence[Any] | None) -> tuple[ExportColumn, ...]:
    """Of values of an enum of columns, without repetitions."""
    return tuple(
        column
        for value in dict.fromkeys(chosen or ())
        for column in [(exported_columns(type(value)) or {}).get(value.value)]
        if column is not None
    )


def column_uses(enum: type, name: str) -> tuple[FieldUse, ...]:
    """What a value of such an enum uses; nothing of another enum's."""
    column = (exported_columns(enum) or {}).get(name.lower())
    return () if column is None else column.uses


def _columns(definition: Any) -> Iterator[_Column]:
    for field in definition.fields:
        traits = traits_of(field)
        if traits is None or record_name(field) in _NONE:
            continue
        uses = (FieldUse(f"{definition.name}.{record_name(field)}", Purpose.READ),)
        if record_name(field) == _BRANCH:
            exported = _exported(field, traits, (*uses, _NAME_OF_BRANCH), None)
            yield _Column(exported, f"{traits.description} Its name.")
        elif _kind_of(field) is not None:
            yield _Column(_exported(field, traits, uses, _value_of(field)), traits.description)


def _exported(
    field: StrawberryField, traits: Traits, uses: tuple[FieldUse, ...], value: ValueOf | None
) -> ExportColumn:
    label = Message(traits.label, traits.english_label)
    return ExportColumn(record_name(field), label, uses, frozenset(columns_read(field)), value, _kind_of(field))


def _kind_of(field: StrawberryField) -> type | None:
    """The Python type of its one value; None for what is an object or a list."""
    inner = field.type.of_type if isinstance(field.type, StrawberryOptional) else field.type
    if isinstance(inner, StrawberryEnumDefinition):
        return cast("type", inner.wrapped_cls)
    if inner is strawberry.ID:
        return str
    return inner if isinstance(inner, type) and issubclass(inner, _ONE_VALUE) else None


def _value_of(field: StrawberryField) -> ValueOf:
    """The same by which the field is answered."""
    function = field.metadata.get(OF_CONTEXT)
    if function is not None:
        return lambda context: lambda record: function(record, context)
    if field.base_resolver is not None:
        resolve: Any = field.base_resolver.wrapped_func
        return lambda _: resolve
    return lambda _: attrgetter(field.python_name)
