from collections.abc import AsyncIterator
from typing import cast

import strawberry

from auth.default_matrix import FieldClass
from resolvers import changes, checks, exports, permissions, requests_to_decide, snapshots
from schema.costs import REPORT
from schema.identifiers import number_of
from schema.info import Info
from schema.optional import ABSENT, given
from schema.queries.changes import AfterChange, OfOrganization, OfTypes, asked_for
from schema.queries.checks import CheckId
from schema.queries.exports import ExportId
from schema.traits import open_field, record_field
from schema.types.change import ChangeEvent
from schema.types.check import Check
from schema.types.export import Export
from schema.types.member_snapshot import MemberSnapshotPage
from schema.types.permission import PermissionsEvent
from schema.types.requests_to_decide import RequestsToDecideEvent


async def _permissions_changed(info: Info) -> AsyncIterator[PermissionsEvent]:
    async for event in permissions.follow_permissions(info.context):
        yield event  # type: ignore[misc] # it has the attributes of the schema's type


def _changes(
    info: Info, organization_id: OfOrganization = ABSENT, types: OfTypes = ABSENT, after: AfterChange = ABSENT
) -> AsyncIterator[ChangeEvent]:
    told = changes.ChangesFollowed(info.context, asked_for(organization_id, types), given(after))
    return cast("AsyncIterator[ChangeEvent]", told)  # from which the schema's type is made


async def _member_snapshot(info: Info, organization_id: OfOrganization = ABSENT) -> AsyncIterator[MemberSnapshotPage]:
    place = given(organization_id)
    number = None if place is None else number_of("Organization", place, "organizationId")
    async for page in snapshots.follow_snapshot(info.context, number):
        yield page  # type: ignore[misc] # from which the schema's type is made


async def _check_progress(info: Info, id: CheckId) -> AsyncIterator[Check]:
    async for check in checks.follow_check(info.context, number_of("Check", id)):
        yield check  # type: ignore[misc] # its fields are resolved from the record


async def _requests_to_decide(info: Info) -> AsyncIterator[RequestsToDecideEvent]:
    async for told in requests_to_decide.follow_requests_to_decide(info.context):
        yield told  # type: ignore[misc] # from which the schema's type is made


async def _export_progress(info: Info, id: ExportId) -> AsyncIterator[Export]:
    async for export in exports.follow_export(info.context, number_of("Export", id)):
        yield export  # type: ignore[misc] # its fields are resolved from the record


@strawberry.type(description="订阅。What can be followed; permissions are looked at anew before each event.")
class Subscription:
    # fmt: off
    permissions_changed: PermissionsEvent = open_field("权限变化", "What the caller may do: all of it at once, then each change, so that forms can follow.", resolver=_permissions_changed, is_subscription=True)
    changes: ChangeEvent = record_field("变更", "Each committed change within the caller's scope, in the order of the commits: after the cursor, or from now on.", read=FieldClass.CHANGES, resolver=_changes, is_subscription=True)
    member_snapshot: MemberSnapshotPage = record_field("全量快照", "All members of the organisation's subtree as they were at one moment, page by page, with the cursor of `changes` of that moment; then it ends. For those who begin, or whose cursor has expired.", read=FieldClass.CHANGES, resolver=_member_snapshot, is_subscription=True, costs=REPORT)
    check_progress: Check = record_field("批量校验进度", "One check: as it stands at once, then whenever members more have been checked, until it has ended; NOT_FOUND when there is none in the caller's scope.", read=FieldClass.BUSINESS, resolver=_check_progress, is_subscription=True)
    requests_to_decide: RequestsToDecideEvent = record_field("待我审批", "The requests that the caller may decide: how they stand at once, then each that is added to them, changes or leaves them. It has no cursor: whoever comes back begins anew.", read=FieldClass.BUSINESS, resolver=_requests_to_decide, is_subscription=True)
    export_progress: Export = record_field("导出进度", "One export: as it stands at once, then whenever more rows have been written, until it has ended; NOT_FOUND when the caller has none of that id.", read=FieldClass.BUSINESS, resolver=_export_progress, is_subscription=True)
    # fmt: on
