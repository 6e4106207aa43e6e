"""变更党员: changes of one member at a time, within a transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, update

from domain.codes import OrganizationKind
from domain.records import MemberRecord, columns_of, record_class
from storage.filters import subtree
from storage.models import Member, Organization
from storage.reading import column_of
from storage.revalidation import check_saved, shared_values
from storage.writing import WriteSession

_WHOLE = record_class(MemberRecord, columns_of(MemberRecord))


class Place(NamedTuple):
    """An organisation that a member is to hang on."""

    path: str
    is_branch: bool


async def place_to_join(session: WriteSession, scope: str, organization_id: int) -> Place | None:
    """As it stands, held where it is until the transaction ends; None outside the scope.

    Organisations are held before members, by everybody.
    """
    found = select(Organization.path, Organization.kind).where(
        Organization.id == organization_id, subtree(Organization.path, scope)
    )
    row = await session.row(found.with_for_update(read=True))
    return None if row is None else Place(row[0], row[1] == OrganizationKind.BRANCH.value)


async def member_to_change(session: WriteSession, scope: str, member_id: int) -> MemberRecord | None:
    """As it stands, held until the transaction ends; None outside the scope."""
    columns = [column_of(MemberRecord, name) for name in columns_of(MemberRecord)]
    found = select(*columns).where(Member.id == member_id, subtree(Member.org_path, scope))
    row = await session.row(found.with_for_update())
    return None if row is None else _WHOLE._make(row)


async def change_member(session: WriteSession, member_id: int, changes: Mapping[str, object], now: datetime) -> None:
    """Column → new value. What is wrong with the record from now on is found with it."""
    before = await shared_values(session, member_id)
    values = {**changes, "version": Member.version + 1, "updated_at": now}
    await session.execute(update(Member).where(Member.id == member_id).values(values))
    await check_saved(session, member_id, now, before)
