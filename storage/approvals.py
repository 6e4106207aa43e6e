"""审批申请: requests, seen by those in whose subtree the member hung, and by the organisation that asked."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, null, or_, select, update

from domain.approvals import RequestRecord
from domain.codes import AccountState, RequestState
from domain.filtering import Filter
from domain.pages import Page, PageRequest
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import Account, ApprovalRequest
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of
from storage.writing import WriteSession

_NEWEST_FIRST = (SortKey(ApprovalRequest.id, descending=True, missing_first=False),)
_COLUMNS: tuple[Any, ...] = tuple(getattr(ApprovalRequest, name) for name in RequestRecord.__dataclass_fields__)
Condition = ColumnElement[bool]


def within_sight(scope: str) -> Condition:
    return or_(subtree(ApprovalRequest.org_path, scope), subtree(ApprovalRequest.requester_path, scope))


def to_decide(scope: str, subject: str, kinds: Collection[str]) -> Condition:
    """Pending, of kinds that the caller decides, and not the caller's own."""
    return (
        (ApprovalRequest.state == RequestState.PENDING.value)
        & subtree(ApprovalRequest.org_path, scope)
        & (ApprovalRequest.requested_by != subject)
        & one_of(ApprovalRequest.kind, kinds)
    )


def asked_by(organization_id: int) -> Condition:
    return ApprovalRequest.requester_organization_id == organization_id


def decided_by(organization_id: int) -> Condition:
    return ApprovalRequest.decider_organization_id == organization_id


async def page_of_requests(
    database: Database, condition: Condition, where: Filter | None, request: PageRequest
) -> Page[RequestRecord]:
    """Newest first."""
    found = select(*_COLUMNS).where(*_conditions(condition, where))
    rows = await database.rows(page_statement(found, _NEWEST_FIRST, walk_of(_NEWEST_FIRST, request)))
    return page_of([RequestRecord(*row) for row in rows], _NEWEST_FIRST, request)


async def count_requests(database: Database, condition: Condition, where: Filter | None) -> int:
    return await database.number(
        select(func.count()).select_from(ApprovalRequest).where(*_conditions(condition, where))
    )


def _conditions(condition: Condition, where: Filter | None) -> list[Condition]:
    return [condition] if where is None else [condition, compiled(where, ApprovalRequest)]


async def request_with_id(database: Database, scope: str, number: int) -> RequestRecord | None:
    row = await database.row(select(*_COLUMNS).where(ApprovalRequest.id == number, within_sight(scope)))
    return None if row is None else RequestRecord(*row)


async def request_to_settle(session: WriteSession, scope: str, number: int) -> RequestRecord | None:
    """As it stands, held until the transaction ends; None out of sight."""
    found = select(*_COLUMNS).where(ApprovalRequest.id == number, within_sight(scope))
    row = await session.row(found.with_for_update())
    return None if row is None else RequestRecord(*row)


async def add_request(session: WriteSession, values: Mapping[str, object]) -> RequestRecord:
    pending = {**values, "state": RequestState.PENDING.value, "version": 1}
    rows = await session.rows(insert(ApprovalRequest).values(pending).returning(*_COLUMNS))
    return RequestRecord(*rows[0])


async def change_request(session: WriteSession, number: int, changes: Mapping[str, object]) -> RequestRecord:
    """Column → new value."""
    values = {**changes, "version": ApprovalRequest.version + 1}
    changed = update(ApprovalRequest).where(ApprovalRequest.id == number).values(values)
    rows = await session.rows(changed.returning(*_COLUMNS))
    return RequestRecord(*rows[0])


async def has_pending_request(session: WriteSession, member_id: int) -> bool:
    """Of a member that is held."""
    pending = exists().where(
        ApprovalRequest.member_id == member_id, ApprovalRequest.state == RequestState.PENDING.value
    )
    return await session.rows(select(pending)) == [(True,)]


async def holds_account(session: WriteSession, identity_number: str) -> bool:
    held = exists().where(Account.identity_number == identity_number, Account.state != AccountState.REVOKED.value)
    return await session.rows(select(held)) == [(True,)]


async def erase_texts(session: WriteSession, member_id: int) -> None:
    """What people wrote in requests about the member, where anything may stand."""
    erased = {"reason": "", "opinion": null(), "restored_because": null()}
    await session.execute(update(ApprovalRequest).where(ApprovalRequest.member_id == member_id).values(erased))
