"""变更事件."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import strawberry

from auth.default_matrix import FieldClass
from domain.approvals import HistoryMemberRecord, RequestRecord
from domain.changes import ToldChange
from domain.codes import ChangeType
from domain.paths import id_of
from domain.records import MemberRecord, OrganizationRecord
from resolvers import history_members, members, requests
from resolvers.context import RequestContext
from schema.changed_fields import changed_fields, type_of
from schema.identifiers import encoded
from schema.info import Info
from schema.lookahead import selection_of
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all, of_record
from schema.traits import record_field
from schema.types.approval_request import ApprovalRequest
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.organization import Organization

CHANGES = FieldClass.CHANGES

_OF_MEMBERS = frozenset({ChangeType.MEMBER_ADDED, ChangeType.MEMBER_CHANGED, ChangeType.MEMBER_RESTORED})
_OF_HISTORY = frozenset({ChangeType.MEMBER_LEFT, ChangeType.HISTORY_MEMBER_CHANGED})
_OF_REQUESTS = frozenset({ChangeType.REQUEST_SUBMITTED, ChangeType.REQUEST_CHANGED})


def _type(root: ToldChange) -> ChangeType:
    return root.change.type


def _changed_at(root: ToldChange) -> datetime:
    return root.change.changed_at


def _object_id(root: ToldChange) -> strawberry.ID:
    return encoded(type_of(root.change.type), root.change.object_id)


def _changed_fields(root: ToldChange, context: RequestContext) -> list[str]:
    return changed_fields(root.change, context.permissions)


def _ids(changes: Sequence[ToldChange], types: frozenset[ChangeType]) -> list[int]:
    return list(dict.fromkeys(told.change.object_id for told in changes if told.change.type in types))


def _of_each(
    changes: Sequence[ToldChange], types: frozenset[ChangeType], ids: Sequence[int], found: Sequence[Any]
) -> list[Any]:
    record_of = dict(zip(ids, found, strict=True))
    return [record_of[told.change.object_id] if told.change.type in types else None for told in changes]


@for_all
async def _member(root: Sequence[ToldChange], info: Info) -> list[MemberRecord | None]:
    ids = _ids(root, _OF_MEMBERS)
    found = await members.members_as_changed(info.context, ids, selection_of(info, "Member")) if ids else []
    return _of_each(root, _OF_MEMBERS, ids, found)


@for_all
async def _history_member(root: Sequence[ToldChange], info: Info) -> list[HistoryMemberRecord | None]:
    ids = _ids(root, _OF_HISTORY)
    found = await history_members.find_history_members(info.context, ids) if ids else []
    return _of_each(root, _OF_HISTORY, ids, found)


@for_all
async def _request(root: Sequence[ToldChange], info: Info) -> list[RequestRecord | None]:
    ids = _ids(root, _OF_REQUESTS)
    return _of_each(root, _OF_REQUESTS, ids, [await requests.find_request(info.context, number) for number in ids])


def _at(path_of: Callable[[ToldChange], str | None]) -> Any:
    @for_all
    async def resolve(root: Sequence[ToldChange], info: Info) -> list[OrganizationRecord | None]:
        paths = map(path_of, root)
        return await organizations_with_ids(info, [None if path is None else id_of(path) for path in paths])

    return resolve


_organization = _at(lambda told: told.change.org_path)
_former_organization = _at(lambda told: told.change.former_path)


@strawberry.type(
    description="变更事件。One committed change. It tells what changed; the record itself is given as it is by now."
)
class ChangeEvent:
    # fmt: off
    cursor: str = record_field("变更游标", "Opaque; give it back as `after` to go on after this change.", read=CHANGES)
    type: ChangeType = record_field("变更类型", "What became of what.", read=CHANGES, resolver=_type)
    changed_at: datetime = record_field("变更时间", "When it was made: the start of its transaction.", read=CHANGES, resolver=_changed_at)
    object_id: strawberry.ID = record_field("变更对象", "Global id of what changed: a member (also one who has left), a history member, an organisation or a request.", read=CHANGES, resolver=_object_id)
    changed_fields: list[str] = record_field("变更字段", "Names of the fields that changed, those that the caller may see; none of what was added or is gone.", read=CHANGES, resolver=of_record(_changed_fields))
    organization: Organization | None = record_field("所在党组织", "Where it is: the branch of a member, or the organisation itself; null outside the caller's scope.", read=CHANGES, resolver=_organization)
    former_organization: Organization | None = record_field("原党组织", "Where it was, if it has moved; null outside the caller's scope.", read=CHANGES, resolver=_former_organization)
    member: Member | None = record_field("党员", "The member as it is by now; null for other types, once the member has left, or outside the caller's scope.", read=CHANGES, resolver=_member)
    history_member: HistoryMember | None = record_field("历史党员", "The history member as it is by now, for whoever has left.", read=CHANGES, resolver=_history_member)
    request: ApprovalRequest | None = record_field("审批申请", "The request as it is by now.", read=CHANGES, resolver=_request)
    # fmt: on
