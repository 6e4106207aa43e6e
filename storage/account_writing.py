"""写入账号: changes of accounts, within a transaction. What is taken is told by unique indexes, whoever else writes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import delete, literal, null, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from domain.accounts import AccountDraft
from domain.codes import AccountState
from domain.records import AccountRecord, columns_of, record_class
from storage.engine import Database
from storage.filters import subtree
from storage.models import Account, ActivationCode
from storage.reading import column_of
from storage.statements import one_of, table_of
from storage.writing import WriteSession

_WHOLE = record_class(AccountRecord, columns_of(AccountRecord))
_ENTERED: tuple[InstrumentedAttribute[Any], ...] = (
    Account.subject,
    Account.name,
    Account.identity_number,
    Account.phone,
    Account.role,
    Account.organization_id,
    Account.state,
)
_ISSUED: tuple[InstrumentedAttribute[Any], ...] = (
    ActivationCode.account_id,
    ActivationCode.code_hash,
    ActivationCode.message_key,
)


class PhoneTakenError(Exception):
    """Another account has the phone. Nothing was changed, and the transaction can do nothing more."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Of identity numbers and phones, those that an account has which is not revoked."""

    identity_numbers: frozenset[str]
    phones: frozenset[str]


async def what_is_taken(database: Database, identity_numbers: Collection[str], phones: Collection[str]) -> Taken:
    """Regardless of scope."""
    held = or_(one_of(Account.identity_number, identity_numbers), one_of(Account.phone, phones))
    found = select(Account.identity_number, Account.phone).where(held, Account.state != AccountState.REVOKED.value)
    rows = await database.rows(found)
    return Taken(
        frozenset(row[0] for row in rows).intersection(identity_numbers),
        frozenset(row[1] for row in rows).intersection(phones),
    )


async def insert_accounts(session: WriteSession, drafts: Sequence[AccountDraft], now: datetime) -> Mapping[str, int]:
    """Identity number → id of the new account. Those whose person or phone is taken are not among them."""
    rows = table_of(_ENTERED, [_values(draft) for draft in drafts])
    names = [*(column.key for column in _ENTERED), "created_at", "updated_at"]
    new = insert(Account).from_select(names, select(rows, literal(now), literal(now)))
    added = new.on_conflict_do_nothing().returning(Account.identity_number, Account.id)
    return {identity_number: account_id for identity_number, account_id in await session.rows(added)}  # noqa: C416 # names the two


def _values(draft: AccountDraft) -> tuple[object, ...]:
    role = draft.role.value if draft.role else None
    entered = (draft.name, draft.identity_number, draft.phone, role, draft.organization_id)
    return (token_hex(16), *entered, AccountState.INVITED.value)


async def account_to_change(session: WriteSession, scope: str, account_id: int) -> AccountRecord | None:
    """As it stands, held until the transaction ends; None outside the scope."""
    columns = [column_of(AccountRecord, name) for name in columns_of(AccountRecord)]
    found = select(*columns).where(Account.id == account_id, subtree(Account.org_path, scope))
    row = await session.row(found.with_for_update())
    return None if row is None else _WHOLE._make(row)


async def change_account(session: WriteSession, account_id: int, changes: Mapping[str, object], now: datetime) -> None:
    """Column → new value. PhoneTakenError."""
    values = {**changes, "version": Account.version + 1, "updated_at": now}
    try:
        await session.execute(update(Account).where(Account.id == account_id).values(values))
    except UniqueViolation as error:
        raise PhoneTakenError from error


async def unlock_account(session: WriteSession, account_id: int) -> None:
    unlocked = {"failed_attempts": 0, "locked_until": null()}
    await session.execute(update(Account).where(Account.id == account_id).values(unlocked))


@dataclass(frozen=True, slots=True)
class NewActivationCode:
    """`message_key` is that of the message that takes it to the holder."""

    account_id: int
    code_hash: str
    message_key: str


async def put_activation_codes(
    session: WriteSession, codes: Sequence[NewActivationCode], issued_at: datetime, expires_at: datetime
) -> None:
    """The former code of each account is void from then on."""
    rows = table_of(_ISSUED, [(code.account_id, code.code_hash, code.message_key) for code in codes])
    names = [*(column.key for column in _ISSUED), "issued_at", "expires_at"]
    new = insert(ActivationCode).from_select(names, select(rows, literal(issued_at), literal(expires_at)))
    replaced = {name: new.excluded[name] for name in names if name != "account_id"} | {"used_at": null()}
    await session.execute(new.on_conflict_do_update(index_elements=[ActivationCode.account_id], set_=replaced))


async def withdraw_activation_code(session: WriteSession, account_id: int) -> None:
    await session.execute(delete(ActivationCode).where(ActivationCode.account_id == account_id))
