"""随存重校: results are up to date with every save of a member, in the same transaction.

What adds, changes, archives or restores a member calls this last. When an identity number or a phone comes or goes,
the others who have it are checked too: they may be one too many from now on, or one too many no more.
"""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import or_, select

from domain.clock import SHANGHAI
from storage.models import Member
from storage.validation import MOST_HOLDERS, check_members, forget_results
from storage.validation_locks import hold_against_checks
from storage.writing import WriteSession


class SharedValues(NamedTuple):
    """What other members may have too."""

    identity_number: str
    phone: str | None


async def shared_values(session: WriteSession, member_id: int) -> SharedValues:
    """Of a member who is held."""
    row = await session.row(select(Member.identity_number, Member.phone).where(Member.id == member_id))
    if row is None:
        raise LookupError(f"no member {member_id}")
    return SharedValues._make(row)


async def check_saved(session: WriteSession, member_id: int, at: datetime, before: SharedValues | None) -> None:
    """One who is a member now. `before`: what it had in common with others until now; None for one who is new."""
    after = await shared_values(session, member_id)
    changed = {*after} ^ {*(before or ())}
    await hold_against_checks(session, _texts({*after, *(before or ())}))
    others = await _holders(session, _texts(changed))
    await check_members(session, {member_id, *others}, at.astimezone(SHANGHAI).date(), session.rules_in_force.checked)


async def check_departed(session: WriteSession, member_id: int, at: datetime, before: SharedValues) -> None:
    """One who is a member no more, of whom nothing is left; and the others who have what it had."""
    await hold_against_checks(session, _texts(before))
    await forget_results(session, member_id)
    others = await _holders(session, _texts(before))
    if others:
        await check_members(session, others, at.astimezone(SHANGHAI).date(), session.rules_in_force.checked)


def _texts(values: Collection[str | None]) -> set[str]:
    return {value for value in values if value is not None}


async def _holders(session: WriteSession, values: Collection[str]) -> set[int]:
    """Who has one of these; nobody of one that so many have that one more or less makes no difference."""
    found: set[int] = set()
    for value in values:
        has_it = or_(Member.identity_number == value, Member.phone == value)
        rows = await session.rows(select(Member.id).where(has_it).limit(MOST_HOLDERS + 1))
        if len(rows) <= MOST_HOLDERS:
            found.update(row[0] for row in rows)
    return found
