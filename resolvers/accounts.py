"""账号: reading accounts, as security officers do within their scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from auth.actor import Tier, tier_of
from domain.codes import ActivationState, MessageState
from domain.filtering import Filter
from domain.pages import Page
from domain.records import AccountRecord, Selection, everything_of
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.masking import as_shown, page_as_shown
from resolvers.paging import SearchArguments
from storage.accounts import IssuedActivationCode, accounts_by_id, activation_codes_of, count_accounts, page_of_accounts

_DECIDES_THE_TIER = Selection(frozenset({"id", "kind", "can_approve_membership"}))


async def search_accounts(
    context: RequestContext, asked: SearchArguments, selection: Selection | None
) -> Page[AccountRecord]:
    """The accounts within the caller's scope, as the caller may see them."""
    search = await search_of(context, "Account", asked)
    return page_as_shown(context, "Account", await page_of_accounts(context.database, context.scope, search, selection))


async def count_of_accounts(context: RequestContext, where: Filter | None) -> int:
    return await count_accounts(context.database, context.scope, await filter_of(context, "Account", where))


async def find_account(
    context: RequestContext, account_id: int, selection: Selection | None = None
) -> AccountRecord | None:
    """None for what does not exist, is outside the scope, or belongs to records the caller may not know of.

    Without a selection, the whole record.
    """
    if context.permissions.hides("Account.id"):
        return None
    wanted = selection or everything_of(AccountRecord)
    account = await context.loaders.account_by_id(wanted).load(account_id)
    return None if account is None else as_shown(context, "Account", [account])[0]


async def account_as_changed(context: RequestContext, account_id: int, selection: Selection) -> AccountRecord | None:
    """As `find_account`, past whatever the operation has read before."""
    found = await accounts_by_id(context.database, context.scope, [account_id], selection)
    return as_shown(context, "Account", list(found.values()))[0] if found else None


async def tiers_of(context: RequestContext, organization_ids: Sequence[int]) -> list[Tier]:
    """For each organisation, all of which lie within the scope, the tier of the accounts that manage it."""
    organizations = await context.loaders.organization_by_id(_DECIDES_THE_TIER).load_many(list(organization_ids))
    return [tier_of(organization) for organization in organizations if organization is not None]


@dataclass(frozen=True, slots=True)
class Activation:
    """授权码 of an account: how it stands with it."""

    issued_at: datetime
    expires_at: datetime
    state: ActivationState
    delivery: MessageState | None


async def activations_of(context: RequestContext, account_ids: Sequence[int]) -> list[Activation | None]:
    """For each account its last activation code; None where none was issued, or it was withdrawn."""
    found = await activation_codes_of(context.database, account_ids)
    return [_activation(found[key], context.clock()) if key in found else None for key in account_ids]


def _activation(code: IssuedActivationCode, now: datetime) -> Activation:
    state = ActivationState.EXPIRED if code.expires_at <= now else ActivationState.PENDING
    if code.used_at is not None:
        state = ActivationState.USED
    return Activation(code.issued_at, code.expires_at, state, code.delivery)
