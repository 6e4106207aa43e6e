"""开通账号: one account or many, all of them or none."""

from asyncio import to_thread
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from domain.accounts import PERSON_HOLDS_ACCOUNT, PHONE_IN_USE, AccountDraft, problems_of
from domain.errors import Problem, RefusedError
from domain.idempotency import Outcome
from domain.masking import MASKS
from domain.records import Selection
from resolvers.activation_codes import Holder, send_activation_codes
from resolvers.officers import Officer
from resolvers.repeating import repeatable, saving
from storage.account_writing import Taken, insert_accounts, what_is_taken
from storage.organizations import organizations_by_id

_EXISTS = Selection(frozenset({"id"}))


@dataclass(frozen=True, slots=True)
class OpenedAccount:
    """`code` is its activation code, which is kept nowhere."""

    account_id: int
    code: str


class _SomebodyWasQuickerError(Exception):
    """A person or phone has been taken since it was looked up."""


async def open_account(officer: Officer, draft: AccountDraft) -> OpenedAccount:
    """RefusedError with everything that is wrong."""
    problems = (await problems_of_all(officer, [draft]))[0]
    opened = [] if problems else await open_all(officer, "openAccount", [draft])
    if not opened:
        raise RefusedError(*(problems or (await problems_of_all(officer, [draft]))[0]))
    return opened[0]


async def _account_id(_: Officer, outcome: Outcome) -> int:
    return int(outcome["id"])


@repeatable(_account_id)
async def open_account_by_message(officer: Officer, draft: AccountDraft) -> int:
    """As `open_account`; the holder alone is told the code. The account's id."""
    return (await open_account(officer, draft)).account_id


async def problems_of_all(officer: Officer, drafts: Sequence[AccountDraft]) -> list[list[Problem]]:
    """For each draft everything that is wrong with it, in itself and by what the register holds."""
    ids = {draft.organization_id for draft in drafts if draft.organization_id is not None}
    within = await organizations_by_id(officer.database, officer.scope, sorted(ids), _EXISTS)
    found = [d if d.organization_id in within else replace(d, organization_id=None) for d in drafts]
    taken = await what_is_taken(
        officer.database,
        {draft.identity_number for draft in drafts if draft.identity_number},
        {draft.phone for draft in drafts if draft.phone},
    )
    return await to_thread(lambda: [_problems(draft, taken) for draft in found])


def _problems(draft: AccountDraft, taken: Taken) -> list[Problem]:
    problems = problems_of(draft)
    if draft.identity_number in taken.identity_numbers:
        problems.append(PERSON_HOLDS_ACCOUNT)
    if draft.phone in taken.phones:
        problems.append(PHONE_IN_USE)
    return problems


async def open_all(officer: Officer, operation: str, drafts: Sequence[AccountDraft]) -> list[OpenedAccount]:
    """Drafts without problems. Empty, and none is opened, when somebody else was quicker to open one of them."""
    try:
        return await _open_all(officer, operation, drafts)
    except _SomebodyWasQuickerError:
        return []


async def _open_all(officer: Officer, operation: str, drafts: Sequence[AccountDraft]) -> list[OpenedAccount]:
    async with saving(officer) as session:
        ids = await insert_accounts(session, drafts, officer.clock())
        if len(ids) < len(drafts):
            raise _SomebodyWasQuickerError
        opened = [(ids[draft.identity_number or ""], draft) for draft in drafts]
        holders = [Holder(account_id, draft.phone or "") for account_id, draft in opened]
        codes = await send_activation_codes(session, officer, holders)
        entries = (officer.audited(operation, account_id, {"after": _shown(draft)}) for account_id, draft in opened)
        await session.audit(*entries)
        session.outcome = {"id": opened[0][0], "saved": len(opened)}
    return [OpenedAccount(account_id, codes[account_id]) for account_id, _ in opened]


def _shown(draft: AccountDraft) -> Mapping[str, object]:
    """For the audit log."""
    return {
        "name": MASKS["name"](draft.name or ""),
        "identityNumber": MASKS["identity_number"](draft.identity_number or ""),
        "phone": MASKS["phone"](draft.phone or ""),
        "role": draft.role.value if draft.role else None,
        "organizationId": draft.organization_id,
        "state": "INVITED",
    }
