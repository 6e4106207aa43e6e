"""What the operator does to accounts, as security officers do."""

from collections.abc import Awaitable, Callable, Mapping
from typing import NamedTuple

from domain.accounts import account_draft
from domain.codes import Role
from domain.masking import MASKS
from domain.pages import PageRequest, Search
from domain.records import AccountRecord, Selection, columns_of
from resolvers import account_changes
from resolvers.account_changes import KnownAccount
from resolvers.account_opening import OpenedAccount, open_account
from resolvers.officers import Officer
from server.commands.operating import as_operator
from storage.accounts import page_of_accounts
from storage.organizations import organization_by_reference

_AT_A_TIME = 1_000
_LISTED = Selection(frozenset(columns_of(AccountRecord)), Selection(frozenset({"name"})))

Change = Callable[[Officer, KnownAccount], Awaitable[None]]

CHANGES: Mapping[str, Change] = {
    "suspend": account_changes.suspend_account,
    "resume": account_changes.resume_account,
    "revoke": account_changes.revoke_account,
    "unlock": account_changes.unlock,
}


class Person(NamedTuple):
    """Who is to hold an account."""

    name: str
    identity_number: str
    phone: str


def opened_account(person: Person, role: Role, organization: str) -> OpenedAccount:
    async def work(officer: Officer) -> OpenedAccount:
        managed = await organization_by_reference(officer.database, organization)
        organization_id = None if managed is None else managed.id
        return await open_account(officer, account_draft(*person, role, organization_id))

    return as_operator(work)


def change_account(account_id: int, change: Change) -> None:
    as_operator(lambda officer: change(officer, KnownAccount(account_id)))


def every_account() -> list[Mapping[str, object]]:
    """As they are shown, with what is personal masked."""
    return [_shown(record) for record in as_operator(_all)]


async def _all(officer: Officer) -> list[AccountRecord]:
    found: list[AccountRecord] = []
    after: str | None = None
    while True:
        search = Search(None, (), PageRequest(_AT_A_TIME, after=after))
        page = await page_of_accounts(officer.database, officer.scope, search, _LISTED)
        found += page.records
        if not page.has_next:
            return found
        after = page.cursor_of(page.records[-1])


def _shown(record: AccountRecord) -> Mapping[str, object]:
    return {
        "id": record.id,
        "role": record.role,
        "state": record.state,
        "name": record.name,
        "identityNumber": MASKS["identity_number"](record.identity_number),
        "phone": MASKS["phone"](record.phone),
        "organization": record.organization.name,
    }
