"""字段特征: what a field of the register is, said once beside it.

From these traits follow the permission class, the filter inputs, the order enum and the discovery for front ends.
"""

from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from auth.default_matrix import FieldClass, GovernedField
from auth.visibility import FieldUse
from domain.errors import Message
from domain.filtering import FieldKind
from schema.costs import COSTS, Costs

_KEY = "traits"
_OPEN = "open"

GROUPS_BY = "groups_by"
"""In a field's metadata: the fields of records by which it counts them."""

LISTS = "lists"
"""In a field's metadata: the fields of the schema that give the same list, without which nobody has this one either."""

# What an executor may know of a field; the names are those of the compiled executor's README.
BATCHED = "batched"
OF_CONTEXT = "of_context"
METADATA = "__field_metadata__"
"""The attribute of a resolver with what its field's metadata should hold (see `schema/resolving.py`)."""


@dataclass(frozen=True, slots=True)
class Traits:
    """`kind` None: the field cannot be a condition of its own.

    `reads` are the columns that the field is made from. `is_above` says that it is the organisation above the record,
    `writable` that people enter it and may correct it afterwards.
    """

    chinese: str
    english: str
    read: FieldClass
    kind: FieldKind | None
    sortable: bool
    groupable: bool
    default_condition: bool
    reads: tuple[str, ...] | None = None
    is_above: bool = False
    writable: bool = False

    @property
    def description(self) -> str:
        return f"{self.chinese}。{self.english}"

    @property
    def label(self) -> str:
        """The Chinese term alone, without what explains it."""
        return self.chinese.partition("：")[0]

    @property
    def english_label(self) -> str:
        return self.english.partition(":")[0].rstrip(".")

    @property
    def governed(self) -> GovernedField:
        """What the permission matrix knows of the field."""
        return GovernedField(self.read, Message(self.label, self.english_label), self.writable)


def record_field(
    chinese: str,
    english: str,
    *,
    read: FieldClass = FieldClass.RECORD,
    kind: FieldKind | None = None,
    sortable: bool = False,
    groupable: bool = False,
    default_condition: bool = False,
    resolver: Any = None,
    reads: tuple[str, ...] | None = None,
    is_above: bool = False,
    writable: bool = False,
    name: str | None = None,
    groups_by: tuple[FieldUse, ...] = (),
    lists: tuple[FieldUse, ...] = (),
    is_subscription: bool = False,
    costs: Costs | None = None,
) -> Any:
    """A field of a record, governed by the permission matrix.

    Without a resolver it is the column of its name; a resolver says which columns it `reads`.
    """
    traits = Traits(chinese, english, read, kind, sortable, groupable, default_condition, reads, is_above, writable)
    metadata = {_KEY: traits, GROUPS_BY: groups_by, LISTS: lists, COSTS: costs, **getattr(resolver, METADATA, {})}
    return strawberry.field(
        resolver=resolver,
        name=name,
        description=traits.description,
        metadata=metadata,
        is_subscription=is_subscription,
    )


def open_field(
    chinese: str,
    english: str,
    *,
    resolver: Any = None,
    name: str | None = None,
    is_subscription: bool = False,
    costs: Costs | None = None,
) -> Any:
    """A field that tells nothing of a record by itself, and is therefore not in the permission matrix."""
    metadata = {_OPEN: True, COSTS: costs, **getattr(resolver, METADATA, {})}
    return strawberry.field(
        resolver=resolver,
        name=name,
        description=f"{chinese}。{english}",
        metadata=metadata,
        is_subscription=is_subscription,
    )


def is_open(field: StrawberryField) -> bool:
    return _OPEN in field.metadata


def traits_of(field: StrawberryField) -> Traits | None:
    """None for a field that the matrix does not govern, such as those of a page."""
    return field.metadata.get(_KEY)


def columns_read(field: StrawberryField) -> tuple[str, ...]:
    """The columns of its record that a governed field is made from."""
    traits = traits_of(field)
    if traits is None or traits.is_above:
        return ()
    return (field.python_name,) if traits.reads is None else traits.reads


def record_name(field: StrawberryField) -> str:
    """The field's name in records, in filters and in the permission matrix."""
    return field.graphql_name or field.python_name
