"""审批申请: requests, seen by those in whose subtree the member hung, and by the organisation that asked."""

from collections.abc import Collection, Mapping
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import ColumnElement, and_, delete, exists, func, insert, literal_column, null, or_, select, update

from domain.approvals import RequestRecord
from domain.codes import AccountState, RequestKind, RequestState
from domain.filtering import Filter
from domain.pages import Page, PageRequest
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import Account, ApprovalRequest
from storage.models.approval import ENTERS_WITH
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of
from storage.writing import WriteSession

_NEWEST_FIRST = (SortKey(ApprovalRequest.id, descending=True, missing_first=False),)
_COLUMNS: tuple[Any, ...] = tuple(getattr(ApprovalRequest, name) for name in RequestRecord.__dataclass_fields__)
_entering_number: ColumnElement[str] = literal_column(f"({ENTERS_WITH})", ApprovalRequest.member_name.type)
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


def real_name_list(scope: str) -> Condition:
    """Those for real-name filing that were not cancelled."""
    return (
        within_sight(scope)
        & (ApprovalRequest.kind == RequestKind.REAL_NAME_FILING.value)
        & (ApprovalRequest.state != RequestState.WITHDRAWN.value)
    )


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


async def requests_with_ids(database: Database, scope: str, numbers: Collection[int]) -> dict[int, RequestRecord]:
    """Those of them that are in sight."""
    rows = await database.rows(select(*_COLUMNS).where(one_of(ApprovalRequest.id, numbers), within_sight(scope)))
    return {record.id: record for record in (RequestRecord(*row) for row in rows)}


async def ids_of_requests(database: Database, condition: Condition) -> list[int]:
    """Newest first."""
    found = select(ApprovalRequest.id).where(condition).order_by(ApprovalRequest.id.desc())
    return [row[0] for row in await database.rows(found)]


async def request_under(
    database: Database, scope: str, condition: Condition, number: int
) -> tuple[RequestRecord | None, bool]:
    """The request, None out of sight; and whether the condition holds for it."""
    row = await database.row(select(*_COLUMNS, condition).where(ApprovalRequest.id == number, within_sight(scope)))
    return (None, False) if row is None else (RequestRecord(*row[:-1]), bool(row[-1]))


async def request_to_settle(session: WriteSession, scope: str, number: int) -> RequestRecord | None:
    """As it stands, held until the transaction ends; None out of sight."""
    found = select(*_COLUMNS).where(ApprovalRequest.id == number, within_sight(scope))
    row = await session.row(found.with_for_update())
    return None if row is None else RequestRecord(*row)


async def add_request(session: WriteSession, values: Mapping[str, object]) -> RequestRecord:
    changes = None if values["changes"] is None else Jsonb(values["changes"])
    pending = {**values, "changes": changes, "state": RequestState.PENDING.value, "version": 1}
    rows = await session.rows(insert(ApprovalRequest).values(pending).returning(*_COLUMNS))
    return RequestRecord(*rows[0])


async def change_request(session: WriteSession, number: int, changes: Mapping[str, object]) -> RequestRecord:
    """Column → new value."""
    values = {**changes, "version": ApprovalRequest.version + 1}
    changed = update(ApprovalRequest).where(ApprovalRequest.id == number).values(values)
    rows = await session.rows(changed.returning(*_COLUMNS))
    return RequestRecord(*rows[0])


async def branch_entered_by(session: WriteSession, scope: str, number: int) -> int | None:
    """The branch of a request that is not about a member of the register: held before the request, as by everybody."""
    entering = (ApprovalRequest.id == number, ApprovalRequest.member_id.is_(None), within_sight(scope))
    row = await session.row(select(ApprovalRequest.branch_id).where(*entering))
    return None if row is None else int(row[0])


async def is_entering(session: WriteSession, identity_number: str) -> bool:
    """Whether it is asked for already that someone with that number enters."""
    pending = exists().where(
        _with_number(identity_number),
        ApprovalRequest.state == RequestState.PENDING.value,
        ApprovalRequest.member_id.is_(None),
    )
    return await session.rows(select(pending)) == [(True,)]


def _with_number(identity_number: str) -> Condition:
    """Of requests by which someone with that number is to enter."""
    return and_(_entering_number == identity_number, ApprovalRequest.changes.is_not(None))


async def has_pending_request(session: WriteSession, member_id: int) -> bool:
    """Of a member that is held."""
    pending = exists().where(
        ApprovalRequest.member_id == member_id, ApprovalRequest.state == RequestState.PENDING.value
    )
    return await session.rows(select(pending)) == [(True,)]


async def holds_account(session: WriteSession, identity_number: str) -> bool:
    held = exists().where(Account.identity_number == identity_number, Account.state != AccountState.REVOKED.value)
    return await session.rows(select(held)) == [(True,)]


async def requests_about(session: WriteSession, member_id: int, identity_number: str) -> list[int]:
    """The ids of those about the member, and of those by which the person was to enter."""
    about = or_(ApprovalRequest.member_id == member_id, _with_number(identity_number))
    return [row[0] for row in await session.rows(select(ApprovalRequest.id).where(about))]


async def erase_requests(session: WriteSession, numbers: Collection[int]) -> None:
    """What they say of a person, and what people wrote there, where anything may stand; of those by which somebody was
    to enter and never did, nothing is left."""
    erased = {"reason": "", "member_name": "", "changes": null(), "opinion": null(), "restored_because": null()}
    these = one_of(ApprovalRequest.id, numbers)
    await session.execute(delete(ApprovalRequest).where(these, ApprovalRequest.member_id.is_(None)))
    await session.execute(update(ApprovalRequest).where(these).values(erased))
