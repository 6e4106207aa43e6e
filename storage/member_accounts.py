"""个人专区账号: members' own accounts. They are held after their members, by everybody."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import ARRAY, BigInteger, any_, delete, exists, select, update

from domain.codes import MemberAccountState
from domain.records import MemberAccountRecord
from storage.account_writing import PhoneTakenError
from storage.engine import Database
from storage.filters import scope_values, scoped
from storage.models import HistoryMember, Member, MemberAccount, Message, PhoneCode
from storage.statements import Statement, array_of, parameter, statement_of
from storage.writing import WriteSession

_COLUMNS: tuple[Any, ...] = tuple(getattr(MemberAccount, name) for name in MemberAccountRecord._fields)
_ACTIVE, _DISABLED = MemberAccountState.ACTIVE, MemberAccountState.DISABLED


async def accounts_of_members(
    database: Database, scope: str, member_ids: Sequence[int]
) -> Mapping[int, MemberAccountRecord]:
    """Those of current members within the scope, by their ids."""
    return await _accounts_of(Member, database, scope, member_ids)


async def accounts_of_history_members(
    database: Database, scope: str, member_ids: Sequence[int]
) -> Mapping[int, MemberAccountRecord]:
    """Those of members within the scope who have left, by their ids."""
    return await _accounts_of(HistoryMember, database, scope, member_ids)


async def _accounts_of(
    table: type[Member] | type[HistoryMember], database: Database, scope: str, member_ids: Sequence[int]
) -> Mapping[int, MemberAccountRecord]:
    statement = _accounts(table).with_values({"ids": array_of(member_ids), **scope_values(scope)})
    return {record.member_id: record for record in map(MemberAccountRecord._make, await database.rows(statement))}


@lru_cache(maxsize=2)
def _accounts(table: type[Member] | type[HistoryMember]) -> Statement:
    ids: Any = parameter("ids", ARRAY(BigInteger))
    return statement_of(
        select(*_COLUMNS)
        .join(table, table.id == MemberAccount.member_id)
        .where(MemberAccount.member_id == any_(ids), scoped(table.org_path))
    )


async def account_to_change(session: WriteSession, member_id: int) -> MemberAccountRecord | None:
    """As it stands, held until the transaction ends. The member is held already."""
    found = select(*_COLUMNS).where(MemberAccount.member_id == member_id)
    row = await session.row(found.with_for_update())
    return None if row is None else MemberAccountRecord._make(row)


async def change_account(session: WriteSession, member_id: int, changes: Mapping[str, object]) -> MemberAccountRecord:
    """Column → new value. PhoneTakenError when another account that is not cancelled has the phone."""
    values = {**changes, "version": MemberAccount.version + 1}
    changed = update(MemberAccount).where(MemberAccount.member_id == member_id).values(values).returning(*_COLUMNS)
    try:
        [row] = await session.rows(changed)
    except UniqueViolation as error:
        raise PhoneTakenError from error
    return MemberAccountRecord._make(row)


async def is_registered(session: WriteSession, phone: str) -> bool:
    """Whether an account has the phone that is not cancelled, whoever's it is."""
    return await session.rows(select(exists().where(*holding(phone)))) == [(True,)]


def holding(phone: str) -> tuple[Any, ...]:
    """The condition on the account that has the phone, of which there is one at most."""
    return (MemberAccount.phone == phone, MemberAccount.state != MemberAccountState.CANCELLED.value)


async def disable_account(session: WriteSession, member_id: int) -> None:
    """If there is one in use. Its phone stays its own."""
    await _turn(session, member_id, _ACTIVE, _DISABLED)


async def enable_account(session: WriteSession, member_id: int) -> None:
    """If there is one that was disabled."""
    await _turn(session, member_id, _DISABLED, _ACTIVE)


async def _turn(session: WriteSession, member_id: int, of: MemberAccountState, into: MemberAccountState) -> None:
    which = (MemberAccount.member_id == member_id, MemberAccount.state == of.value)
    changes = {"state": into.value, "version": MemberAccount.version + 1}
    await session.execute(update(MemberAccount).where(*which).values(changes))


async def erase_account(session: WriteSession, member_id: int) -> None:
    """With the codes that were sent to change its phone, and the messages that took them there."""
    await session.execute(delete(Message).where(Message.key.startswith(message_keys(member_id))))
    await session.execute(delete(PhoneCode).where(PhoneCode.member_id == member_id))
    await session.execute(delete(MemberAccount).where(MemberAccount.member_id == member_id))


def message_keys(member_id: int) -> str:
    """What the keys of all messages begin with that take such codes of the member."""
    return f"phone-code/{member_id}/"
