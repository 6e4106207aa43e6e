"""权限细分表: the permission matrix, and what it means for one caller."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from auth.actor import Role, Tier
from auth.default_matrix import DEFAULT_MATRIX, FieldClass
from auth.visibility import FieldUse, Visibility, allows, coordinate
from domain.errors import CallerError, Message, Problem
from domain.masking import MASKS

FieldName = str
"""`Type.column_name`, such as `Member.identity_number`."""


@dataclass(frozen=True, slots=True)
class PermissionMatrix:
    """The visibility of every field for every role and tier: the class's default, unless an entry says otherwise."""

    classes: Mapping[FieldName, FieldClass]
    entries: Mapping[tuple[Role, Tier, FieldName], Visibility] = field(default_factory=dict)
    _permissions: dict[tuple[Role, Tier], "Permissions"] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for (_, _, name), visibility in self.entries.items():
            if name not in self.classes:
                raise ValueError(f"{name} is no field of the matrix")
            if visibility is Visibility.MASKED and column_of(name) not in MASKS:
                raise ValueError(f"{name} has no mask: it can be HIDDEN or VISIBLE")

    def visibility(self, role: Role, tier: Tier, name: FieldName) -> Visibility:
        """KeyError for a field that the matrix does not know: a programming error, never a permission."""
        entry = self.entries.get((role, tier, name))
        return entry if entry is not None else DEFAULT_MATRIX[role, tier, self.classes[name]]

    def permissions_of(self, role: Role, tier: Tier) -> "Permissions":
        """The same object for the same role and tier, so that what was decided by it can be remembered with it."""
        found = self._permissions.get((role, tier))
        if found is None:
            visibilities = {name: self.visibility(role, tier, name) for name in self.classes}
            found = self._permissions[role, tier] = Permissions(visibilities)
        return found


@dataclass(frozen=True, eq=False)
class Permissions:
    """The matrix as one caller meets it."""

    visibilities: Mapping[FieldName, Visibility]

    def visibility(self, name: FieldName) -> Visibility:
        return self.visibilities[name]

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
        """Raise one error that lists every field whose use is not allowed; FIELD_HIDDEN goes before FIELD_MASKED."""
        refused = {use for use in uses if not allows(self.visibilities[use.field], use.purpose)}
        if not refused:
            return
        hidden = sorted({coordinate(use.field) for use in refused if self.hides(use.field)})
        raise _fields_hidden(hidden) if hidden else _fields_masked(sorted({coordinate(u.field) for u in refused}))


def column_of(name: FieldName) -> str:
    return name.partition(".")[2]


def _fields_hidden(fields: list[str]) -> CallerError:
    listed = ", ".join(fields)
    message = Message(
        f"您无权查看以下字段：{listed}。请从查询、条件和排序中去掉它们。",
        f"You may not read these fields: {listed}. Leave them out of the selection, the conditions and the order.",
    )
    return CallerError(Problem("FIELD_HIDDEN", message), fields=fields)


def _fields_masked(fields: list[str]) -> CallerError:
    listed = ", ".join(fields)
    message = Message(
        f"以下字段对您脱敏显示，只能精准查询（exact），不能用于其他条件、排序或分组：{listed}。",
        f"These fields are masked for you: they can be matched by `exact` only, and neither searched otherwise, "
        f"ordered nor grouped by: {listed}.",
    )
    return CallerError(Problem("FIELD_MASKED", message), fields=fields)
