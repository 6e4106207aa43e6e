"""What of a change may be told: to whoever may see the record, and a field that is kept in a column which changed."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from auth.permissions import Permissions
from domain.changes import ChangeRecord
from domain.codes import ChangeType
from domain.texts import camel_case
from schema.traits import record_name, traits_of
from schema.types.approval_request import ApprovalRequest
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.organization import Organization

_TYPES = (Member, HistoryMember, Organization, ApprovalRequest)
_TYPE_OF_PREFIX = {"MEMBER": "Member", "HISTORY": "HistoryMember", "ORGANIZATION": "Organization"}
_TYPE_OF_PREFIX |= {"REQUEST": "ApprovalRequest"}
_COLUMN_OF_FIELD = {
    "branch": "branch_id",
    "decider": "decider_organization_id",
    "member": "member_id",
    "parent": "parent_id",
    "photo": "photo_key",
    "request": "request_id",
    "requester": "requester_organization_id",
}
"""Where it is not the one of the field's name."""


def type_of(change: ChangeType) -> str:
    """The type of the schema of what changed; of who has left it is still the member."""
    return _TYPE_OF_PREFIX[change.value.partition("_")[0]]


def changed_fields(change: ChangeRecord, permissions: Permissions) -> list[str]:
    """Those that the caller may see, in the order of their columns."""
    of_column = FIELD_OF_COLUMN[type_of(change.type)]
    visible = visible_changes(permissions).get(change.type, frozenset())
    return [camel_case(of_column[column]) for column in change.columns if column in visible]


@lru_cache(maxsize=256)
def visible_changes(permissions: Permissions) -> Mapping[ChangeType, frozenset[str]]:
    """The types that the caller may know of, each with the columns whose fields the caller may see."""
    return {
        change: frozenset(_visible_columns(type_of(change), permissions))
        for change in ChangeType
        if not permissions.hides(f"{type_of(change)}.id")
    }


def _visible_columns(type_name: str, permissions: Permissions) -> Iterator[str]:
    for column, field in FIELD_OF_COLUMN[type_name].items():
        if not permissions.hides(f"{type_name}.{field}"):
            yield column


def _fields(type_: type) -> Mapping[str, str]:
    definition = type_.__strawberry_definition__  # type: ignore[attr-defined] # set by strawberry.type
    governed = (field for field in definition.fields if traits_of(field) is not None)
    return {_COLUMN_OF_FIELD.get(field.python_name, field.python_name): record_name(field) for field in governed}


FIELD_OF_COLUMN: Mapping[str, Mapping[str, str]] = {type_.__name__: _fields(type_) for type_ in _TYPES}
"""Type → column → field; also of fields that have no column, which never changes."""
