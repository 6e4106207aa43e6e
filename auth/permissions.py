"""权限细分表: the permission matrix, and what it means for one caller."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from auth.actor import Role, Tier
from auth.default_matrix import GovernedField, default_read, may_be_read, may_be_written
from auth.scopes import beyond_scopes
from auth.visibility import FieldUse, Purpose, Visibility, allows, coordinate
from domain.codes import Scope
from domain.errors import CallerError, Message, Problem
from domain.masking import MASKS
from domain.permissions import DEFAULT, Entry, FieldName, Place, StoredEntries

__all__ = ["Entry", "FieldName", "PermissionMatrix", "Permissions", "Place"]

_PEOPLE = frozenset({"Account", "HistoryMember", "Member", "MemberAccount"})
"""The types whose records are shown masked. Names of organisations, partners and files are nobody's."""


@dataclass(frozen=True, slots=True)
class PermissionMatrix:
    """What each role and tier may do with every field: the default, unless an entry says otherwise.

    No entry, however it came to be, gives a role what is not meant for it.
    """

    fields: Mapping[FieldName, GovernedField]
    entries: Mapping[Place, Entry] = field(default_factory=dict)
    version: int = 0
    _permissions: dict[tuple[Role, Tier, frozenset[Scope] | None], "Permissions"] = field(
        default_factory=dict, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        for (_, _, name), entry in self.entries.items():
            if name not in self.fields:
                raise ValueError(f"{name} is no field of the matrix")
            if entry.read is Visibility.MASKED and not has_mask(name):
                raise ValueError(f"{name} has no mask: it can be HIDDEN or VISIBLE")

    def edited(self, stored: StoredEntries) -> "PermissionMatrix":
        """With these entries laid over its own. One for a field that is gone says nothing; one that masks a field which
        has no mask any more hides it."""
        kept = {Place(*place): _without_missing_mask(place, e) for place, e in stored.entries.items()}
        known = {place: entry for place, entry in kept.items() if place.field in self.fields}
        return PermissionMatrix(self.fields, {**self.entries, **known}, stored.version)

    def entry(self, place: Place) -> Entry:
        return self.entries.get(place, DEFAULT)

    def visibility(self, role: Role, tier: Tier, name: FieldName) -> Visibility:
        """KeyError for a field that the matrix does not know: a programming error, never a permission."""
        governed = self.fields[name]
        if not may_be_read(role, governed):
            return Visibility.HIDDEN
        return self.entry(Place(role, tier, name)).read or default_read(role, tier, governed)

    def is_written(self, role: Role, tier: Tier, name: FieldName) -> bool:
        """Whether it may be written; what is hidden never is."""
        if not may_be_written(role, self.fields[name]) or self.visibility(role, tier, name) is Visibility.HIDDEN:
            return False
        return self.entry(Place(role, tier, name)).write is not False

    def permissions_of(self, role: Role, tier: Tier, scopes: frozenset[Scope] | None = None) -> "Permissions":
        """The same object for the same caller, so that what was decided by it can be remembered with it.

        `scopes` are those of a partner, None for people.
        """
        found = self._permissions.get((role, tier, scopes))
        if found is None:
            hidden = beyond_scopes(scopes)
            visibilities = {
                name: Visibility.HIDDEN if governed.field_class in hidden else self.visibility(role, tier, name)
                for name, governed in self.fields.items()
            }
            written = frozenset(name for name in self.fields if self.is_written(role, tier, name))
            found = self._permissions[role, tier, scopes] = Permissions(visibilities, written)
        return found


def _without_missing_mask(place: Place, entry: Entry) -> Entry:
    if entry.read is Visibility.MASKED and not has_mask(place.field):
        return Entry(Visibility.HIDDEN, entry.write)
    return entry


@dataclass(frozen=True, eq=False)
class Permissions:
    """The matrix as one caller meets it."""

    visibilities: Mapping[FieldName, Visibility]
    written: frozenset[FieldName] = frozenset()
    """The fields that the caller may write."""

    def visibility(self, name: FieldName) -> Visibility:
        return self.visibilities[name]

    def differing_from(self, before: "Permissions") -> list[FieldName]:
        """The fields that the caller may see or write otherwise than before."""
        return [
            name
            for name, visibility in self.visibilities.items()
            if before.visibilities.get(name) is not visibility or (name in self.written) != (name in before.written)
        ]

    def hides(self, name: FieldName) -> bool:
        return self.visibilities[name] is Visibility.HIDDEN

    @cached_property
    def masked_columns(self) -> Mapping[str, tuple[str, ...]]:
        """Type → its columns that are shown masked."""
        found: dict[str, tuple[str, ...]] = {}
        for name, visibility in self.visibilities.items():
            if visibility is Visibility.MASKED:
                type_name = name.partition(".")[0]
                found[type_name] = (*found.get(type_name, ()), column_of(name))
        return found

    def require(self, uses: Iterable[FieldUse]) -> None:
        """Raise one error that lists every field whose use is not allowed.

        FIELD_HIDDEN goes before FIELD_READ_ONLY, and that before FIELD_MASKED.
        """
        refused = {use for use in uses if not self._allows(use)}
        if not refused:
            return
        hidden = {use for use in refused if self.hides(use.field)}
        unwritable = {use for use in refused if use.purpose is Purpose.WRITE}
        for uses_refused, error in (
            (hidden, _fields_hidden),
            (unwritable, _fields_read_only),
            (refused, _fields_masked),
        ):
            if uses_refused:
                raise error(sorted({coordinate(use.field) for use in uses_refused}))

    def _allows(self, use: FieldUse) -> bool:
        if use.purpose is Purpose.WRITE:
            return use.field in self.written and not self.hides(use.field)
        return allows(self.visibilities[use.field], use.purpose)


def column_of(name: FieldName) -> str:
    return name.partition(".")[2]


def has_mask(name: FieldName) -> bool:
    """Whether it is a personal value, and can be shown masked."""
    return name.partition(".")[0] in _PEOPLE and column_of(name) in MASKS


def _fields_hidden(fields: list[str]) -> CallerError:
    listed = ", ".join(fields)
    message = Message(
        f"您无权查看以下字段：{listed}。请从查询、条件和排序中去掉它们。",
        f"You may not read these fields: {listed}. Leave them out of the selection, the conditions and the order.",
    )
    return CallerError(Problem("FIELD_HIDDEN", message), fields=fields)


def _fields_read_only(fields: list[str]) -> CallerError:
    listed = ", ".join(fields)
    message = Message(
        f"您无权修改以下字段：{listed}。请从要保存的内容中去掉它们。",
        f"You may not change these fields: {listed}. Leave them out of what you save.",
    )
    return CallerError(Problem("FIELD_READ_ONLY", message), fields=fields)


def _fields_masked(fields: list[str]) -> CallerError:
    listed = ", ".join(fields)
    message = Message(
        f"以下字段对您脱敏显示，只能精准查询（exact），不能用于其他条件、排序或分组：{listed}。",
        f"These fields are masked for you: they can be matched by `exact` only, and neither searched otherwise, "
        f"ordered nor grouped by: {listed}.",
    )
    return CallerError(Problem("FIELD_MASKED", message), fields=fields)
