"""字段特征: what a field of the register is, said once beside it.

From these traits follow the permission class, the filter inputs, the order enum and the discovery for front ends.
"""

from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from auth.default_matrix import FieldClass
from domain.filtering import FieldKind

_KEY = "traits"
_OPEN = "open"


@dataclass(frozen=True, slots=True)
class Traits:
    """`kind` None: the field cannot be a condition of its own."""

    chinese: str
    english: str
    read: FieldClass
    kind: FieldKind | None
    sortable: bool
    groupable: bool
    default_condition: bool

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
    name: str | None = None,
) -> Any:
    """A field of a record, governed by the permission matrix."""
    traits = Traits(chinese, english, read, kind, sortable, groupable, default_condition)
    return strawberry.field(resolver=resolver, name=name, description=traits.description, metadata={_KEY: traits})


def open_field(chinese: str, english: str, *, resolver: Any = None, name: str | None = None) -> Any:
    """A field that tells nothing of a record by itself, and is therefore not in the permission matrix."""
    return strawberry.field(resolver=resolver, name=name, description=f"{chinese}。{english}", metadata={_OPEN: True})


def is_open(field: StrawberryField) -> bool:
    return _OPEN in field.metadata


def traits_of(field: StrawberryField) -> Traits | None:
    """None for a field that the matrix does not govern, such as those of a page."""
    return field.metadata.get(_KEY)


def record_name(field: StrawberryField) -> str:
    """The field's name in records, in filters and in the permission matrix."""
    return field.graphql_name or field.python_name
