"""权限细分表: reading the permission matrix, its versions, and following what one may see."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from auth.actor import Actor, Role, Tier
from auth.default_matrix import GovernedField, default_read, may_be_read, may_be_written
from auth.matrix_rules import is_kept
from auth.permissions import PermissionMatrix, Permissions, has_mask
from auth.visibility import Visibility, coordinate
from domain.pages import Page
from domain.permissions import FieldName, MatrixChange, MatrixVersion, Place
from resolvers.context import RequestContext
from resolvers.paging import PageArguments, page_request
from storage.permissions import changes_of_versions, count_versions, page_of_versions


@dataclass(frozen=True, slots=True)
class FieldPermission:
    """What a caller may do with one field."""

    field: str
    read: Visibility
    write: bool


@dataclass(frozen=True, slots=True)
class MatrixEntry:
    """One place of the matrix, as it stands and as it could be made. `field` is spelled as in the schema."""

    field: str
    governed: GovernedField
    default_read: Visibility
    read: Visibility
    may_be_masked: bool
    default_write: bool
    write: bool
    editable: bool


@dataclass(frozen=True, slots=True)
class MatrixOfRole:
    """The matrix as one role at one tier meets it."""

    version: int
    role: Role
    tier: Tier
    entries: Sequence[MatrixEntry]


@dataclass(frozen=True, slots=True)
class PermissionsEvent:
    """That the caller's permissions are these from now on; `changed` holds those that are new to whoever listens."""

    version: int
    changed: Sequence[FieldPermission]


def edits_the_matrix(actor: Actor) -> bool:
    """The matrix holds for the whole register, so only officers of its top organisation change it."""
    return actor.role is Role.SECURITY_OFFICER and actor.organization.parent_id is None


async def matrix_of_role(context: RequestContext, role: Role, tier: Tier) -> MatrixOfRole:
    """As it is now, so that an edit can be based on it."""
    matrix = await context.matrix.refreshed()
    entries = [_entry(matrix, role, tier, name, context.actor) for name in matrix.fields]
    return MatrixOfRole(matrix.version, role, tier, entries)


def _entry(matrix: PermissionMatrix, role: Role, tier: Tier, name: FieldName, actor: Actor) -> MatrixEntry:
    governed = matrix.fields[name]
    shown_by_default = default_read(role, tier, governed)
    kept = is_kept(Place(role, tier, name), governed, actor.tier)
    return MatrixEntry(
        field=coordinate(name),
        governed=governed,
        default_read=shown_by_default,
        read=matrix.visibility(role, tier, name),
        may_be_masked=has_mask(name),
        default_write=may_be_written(role, governed) and shown_by_default is not Visibility.HIDDEN,
        write=matrix.is_written(role, tier, name),
        editable=edits_the_matrix(actor) and may_be_read(role, governed) and not kept,
    )


async def search_versions(context: RequestContext, page: PageArguments) -> Page[MatrixVersion]:
    """The newest first."""
    return await page_of_versions(context.database, page_request(page))


async def count_of_versions(context: RequestContext) -> int:
    return await count_versions(context.database)


async def changes_of(context: RequestContext, numbers: Sequence[int]) -> list[Sequence[MatrixChange]]:
    """For each version what it changed."""
    found = await changes_of_versions(context.database, numbers)
    return [found.get(number, ()) for number in numbers]


def own_permissions(permissions: Permissions) -> list[FieldPermission]:
    """Of the caller, for every field."""
    return [field_permission(permissions, name) for name in permissions.visibilities]


def field_permission(permissions: Permissions, name: FieldName) -> FieldPermission:
    return FieldPermission(coordinate(name), permissions.visibility(name), name in permissions.written)


async def follow_permissions(context: RequestContext) -> AsyncIterator[PermissionsEvent]:
    """Every permission of the caller at once; then, whenever an edit changes any, those that it changed."""
    caller = context.actor.role, context.actor.tier, context.actor.scopes
    matrix = await context.matrix.current()
    known = matrix.permissions_of(*caller)
    yield PermissionsEvent(matrix.version, own_permissions(known))
    while True:
        matrix = await context.matrix.other_than(matrix)
        permissions = matrix.permissions_of(*caller)
        changed = [field_permission(permissions, name) for name in permissions.differing_from(known)]
        known = permissions
        if changed:
            yield PermissionsEvent(matrix.version, changed)
