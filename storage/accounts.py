"""账号: reads of accounts. Everything is asked within a scope, the subtree of the caller's organisation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from domain.codes import AccountState, MessageState
from domain.filtering import Filter
from domain.pages import Page, Search
from domain.records import AccountRecord, Selection, columns_of, record_class
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import Account, ActivationCode, Message
from storage.ordering import account_keyset
from storage.pages import page_of, page_statement, walk_of
from storage.reading import column_of, reading_of
from storage.statements import one_of
from storage.whole_scope import page_of_all, records_with_ids

_WHOLE = record_class(AccountRecord, columns_of(AccountRecord))


async def page_of_accounts(
    database: Database, scope: str, search: Search, selection: Selection | None
) -> Page[AccountRecord]:
    """Nothing is read where nothing of the page is selected."""
    keyset = account_keyset(search.order)
    walk = walk_of(keyset, search.page)
    if selection is None:
        return page_of([], keyset, search.page)
    reading = reading_of(AccountRecord, selection, keyset)
    if search.where is None:
        rows = await database.rows(page_of_all(reading, keyset, walk, scope))
    else:
        found = select(*reading.columns).where(subtree(Account.org_path, scope), compiled(search.where, Account))
        rows = await database.rows(page_statement(found, keyset, walk))
    return page_of(await reading.records(database, scope, rows), keyset, search.page)


async def count_accounts(database: Database, scope: str, where: Filter | None) -> int:
    conditions = [] if where is None else [compiled(where, Account)]
    found = select(func.count()).select_from(Account).where(subtree(Account.org_path, scope), *conditions)
    return await database.number(found)


async def accounts_by_id(
    database: Database, scope: str, ids: Sequence[int], selection: Selection
) -> Mapping[int, AccountRecord]:
    """Those of the ids that exist within the scope."""
    return await records_with_ids(database, scope, AccountRecord, ids, selection)


async def account_of_person(database: Database, identity_number: str) -> AccountRecord | None:
    """The account that the person holds, regardless of scope; one that was revoked is held no more."""
    columns = [column_of(AccountRecord, name) for name in columns_of(AccountRecord)]
    held = (Account.identity_number == identity_number, Account.state != AccountState.REVOKED.value)
    row = await database.row(select(*columns).where(*held))
    return None if row is None else _WHOLE._make(row)


@dataclass(frozen=True, slots=True)
class IssuedActivationCode:
    """The last activation code of an account. `delivery` is None once the message has been cleared away."""

    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    delivery: MessageState | None


async def activation_codes_of(database: Database, account_ids: Sequence[int]) -> Mapping[int, IssuedActivationCode]:
    """Accounts are taken as already within the scope."""
    code = ActivationCode
    statement = (
        select(code.account_id, code.issued_at, code.expires_at, code.used_at, Message.state)
        .join_from(code, Message, Message.key == code.message_key, isouter=True)
        .where(one_of(code.account_id, account_ids))
    )
    return {
        account_id: IssuedActivationCode(issued_at, expires_at, used_at, MessageState[state] if state else None)
        for account_id, issued_at, expires_at, used_at, state in await database.rows(statement)
    }


async def names_of_subjects(database: Database, scope: str, subjects: Collection[str]) -> Mapping[str, str]:
    """Of the accounts within the scope."""
    named = select(Account.subject, Account.name).where(one_of(Account.subject, subjects))
    return dict(await database.rows(named.where(subtree(Account.org_path, scope))))
