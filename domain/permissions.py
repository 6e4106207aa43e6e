"""权限细分表的修改: what an edit of the permission matrix says, and what is kept of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import NamedTuple

from domain.codes import Role, Tier, Visibility

FieldName = str
"""`Type.column_name`, such as `Member.identity_number`."""


class Place(NamedTuple):
    """One place of the matrix: a field, as one role at one tier meets it."""

    role: Role
    tier: Tier
    field: FieldName


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a place; None where the default holds."""

    read: Visibility | None = None
    write: bool | None = None


DEFAULT = Entry()


class Keep(Enum):
    """In a proposed change: this part stays as it is."""

    KEEP = auto()


@dataclass(frozen=True, slots=True)
class ProposedChange:
    """What an officer wants to stand at a place; None puts the default back. `field` is spelled as in the schema."""

    role: Role
    tier: Tier
    field: str
    read: Visibility | Keep | None = Keep.KEEP
    write: bool | Keep | None = Keep.KEEP

    def made_of(self, entry: Entry) -> Entry:
        """The entry that it turns this one into."""
        return Entry(
            entry.read if isinstance(self.read, Keep) else self.read,
            entry.write if isinstance(self.write, Keep) else self.write,
        )


@dataclass(frozen=True, slots=True)
class ProposedEdit:
    """Changes that take effect together, made by someone who has seen the matrix at `expected_version`."""

    expected_version: int
    note: str | None
    changes: Sequence[ProposedChange]


@dataclass(frozen=True, slots=True)
class StoredEntries:
    """The entries of the matrix as of a version; 0 is the matrix that nobody has edited."""

    version: int
    entries: Mapping[Place, Entry]


@dataclass(frozen=True, slots=True)
class MatrixVersion:
    """权限细分表版本: one edit that was made."""

    number: int
    changed_at: datetime
    changed_by: str
    note: str | None


@dataclass(frozen=True, slots=True)
class MatrixChange:
    """What an edit made of one place."""

    place: Place
    before: Entry
    after: Entry
