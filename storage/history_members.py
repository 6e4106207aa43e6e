"""历史党员: those who have left, within a scope, the subtree of the organisation that they last hung on."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, literal, select
from sqlalchemy.types import TypeEngine

from domain.approvals import HistoryMemberRecord
from domain.codes import HistoryKind
from domain.filtering import Filter
from domain.pages import Page, PageRequest
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.member_accounts import disable_account, enable_account, erase_account
from storage.member_writing import ONE_ADDS_IDENTITY_NUMBERS_AT_A_TIME
from storage.models import HistoryMember, Member, Organization
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.revalidation import check_departed, check_saved, shared_values
from storage.statements import one_of
from storage.writing import WriteSession

LAST_FIRST = tuple(
    SortKey(column, descending=True, missing_first=False) for column in (HistoryMember.archived_at, HistoryMember.id)
)
_COLUMNS: tuple[Any, ...] = tuple(getattr(HistoryMember, name) for name in HistoryMemberRecord._fields)
_KEPT = tuple(attribute.key for attribute in Member.__mapper__.column_attrs)
"""A member's record whole."""


async def page_of_history(
    database: Database, scope: str, where: Filter | None, request: PageRequest
) -> Page[HistoryMemberRecord]:
    """Who left last comes first."""
    found = select(*_COLUMNS).where(*_conditions(scope, where))
    rows = await database.rows(page_statement(found, LAST_FIRST, walk_of(LAST_FIRST, request)))
    return page_of([HistoryMemberRecord(*row) for row in rows], LAST_FIRST, request)


async def count_history(database: Database, scope: str, where: Filter | None) -> int:
    return await database.number(select(func.count()).select_from(HistoryMember).where(*_conditions(scope, where)))


async def history_members_by_id(
    database: Database, scope: str, ids: Sequence[int]
) -> Mapping[int, HistoryMemberRecord]:
    """Those of the ids that exist within the scope."""
    found = select(*_COLUMNS).where(one_of(HistoryMember.id, ids), subtree(HistoryMember.org_path, scope))
    return {row[0]: HistoryMemberRecord(*row) for row in await database.rows(found)}


@dataclass(frozen=True, slots=True)
class Departure:
    """When and why someone leaves, and by which request."""

    kind: HistoryKind
    archived_at: datetime
    reason: str
    request_id: int


async def archive_member(session: WriteSession, member_id: int, departure: Departure) -> None:
    """The member, who is held, leaves for history with the whole record; the own account is disabled."""
    set_ = asdict(departure) | {"kind": departure.kind.value}
    values = [literal(value, _type_of(name)) for name, value in set_.items()]
    whole = select(*(getattr(Member, name) for name in _KEPT), *values).where(Member.id == member_id)
    before = await shared_values(session, member_id)
    await session.execute(insert(HistoryMember).from_select([*(_column(name) for name in _KEPT), *set_], whole))
    await session.execute(delete(Member).where(Member.id == member_id))
    await disable_account(session, member_id)
    await check_departed(session, member_id, departure.archived_at, before)


async def history_member_to_change(session: WriteSession, scope: str, member_id: int) -> HistoryMemberRecord | None:
    """As it stands, held until the transaction ends; None outside the scope."""
    found = select(*_COLUMNS).where(HistoryMember.id == member_id, subtree(HistoryMember.org_path, scope))
    row = await session.row(found.with_for_update())
    return None if row is None else HistoryMemberRecord(*row)


async def restore_member(session: WriteSession, member_id: int, at: datetime) -> None:
    """The one in history, who is held, is a member again, under the same id, where the branch stands by now.

    The own account is in use again, unless it is cancelled.
    """
    changed = {
        "org_path": Organization.path,
        "version": HistoryMember.version + 1,
        "updated_at": literal(at, _type_of("updated_at")),
    }
    values = [changed.get(name, getattr(HistoryMember, name)) for name in _KEPT]
    branch = Organization.id == HistoryMember.branch_id
    whole = select(*values).join(Organization, branch).where(HistoryMember.id == member_id)
    await session.execute(insert(Member).from_select([_column(name) for name in _KEPT], whole))
    await session.execute(delete(HistoryMember).where(HistoryMember.id == member_id))
    await enable_account(session, member_id)
    await check_saved(session, member_id, at, before=None)


async def erase_member(session: WriteSession, member_id: int) -> None:
    """The one in history, who is held, with the own account."""
    await erase_account(session, member_id)
    await session.execute(delete(HistoryMember).where(HistoryMember.id == member_id))


async def is_member(session: WriteSession, identity_number: str) -> bool:
    """Whether a current member has that number, which nobody adds until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(ONE_ADDS_IDENTITY_NUMBERS_AT_A_TIME)))
    return await session.rows(select(exists().where(Member.identity_number == identity_number))) == [(True,)]


def _type_of(name: str) -> TypeEngine[Any]:
    return getattr(HistoryMember, name).type  # type: ignore[no-any-return] # of a column


def _column(name: str) -> str:
    """The column's own name, where it is not the attribute's."""
    return str(getattr(HistoryMember, name).expression.name)


def _conditions(scope: str, where: Filter | None) -> list[Any]:
    in_scope = [subtree(HistoryMember.org_path, scope)]
    return in_scope if where is None else [*in_scope, compiled(where, HistoryMember)]
