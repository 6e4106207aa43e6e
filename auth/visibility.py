"""可见性: what a caller may do with a field, and the uses a request makes of fields."""

from dataclasses import dataclass
from enum import StrEnum, auto

from domain.codes import Visibility
from domain.filtering import Operator
from domain.texts import camel_case

__all__ = ["FieldUse", "Purpose", "Visibility", "allows", "coordinate", "purpose_of"]


class Purpose(StrEnum):
    """What a request wants a field for."""

    READ = auto()
    MATCH = auto()
    SEARCH = auto()
    ORDER = auto()
    GROUP = auto()
    WRITE = auto()


def purpose_of(operator: Operator) -> Purpose:
    """An exact match needs to know the value; every other method could find it out."""
    return Purpose.MATCH if operator is Operator.EXACT else Purpose.SEARCH


_PURPOSES_OF_MASKED = frozenset({Purpose.READ, Purpose.MATCH})


@dataclass(frozen=True, slots=True)
class FieldUse:
    """One use of a field, named `Type.column_name`."""

    field: str
    purpose: Purpose


def allows(visibility: Visibility, purpose: Purpose) -> bool:
    """Whether a field that is visible so may be used for that, other than writing it."""
    if visibility is Visibility.MASKED:
        return purpose in _PURPOSES_OF_MASKED
    return visibility is Visibility.VISIBLE


def coordinate(field: str) -> str:
    """`Member.identity_number` → `Member.identityNumber`, the field's name in the schema."""
    type_name, _, column = field.partition(".")
    return f"{type_name}.{camel_case(column)}"
