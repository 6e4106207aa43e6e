"""推送的设置: what a webhook is to be, held against what its partner may be told."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from auth.visibility import FieldUse
from domain.changes import ChangeCursor, FeedState, change_cursor
from domain.codes import ChangeType
from domain.errors import CallerError, Problem, RefusedError
from domain.partners import PartnerRecord
from domain.webhooks import WebhookRecord
from resolvers.context import RequestContext
from resolvers.organizations import path_within_scope
from resolvers.partner_problems import wrong_state
from resolvers.webhook_problems import AFTER_AND_NOW, EXPIRED
from resolvers.webhooks import as_partner
from storage.changes import feed_state

Uses = Callable[[str], Collection[FieldUse]]
"""What a document uses; RefusedError for one that a webhook cannot have."""


@dataclass(frozen=True, slots=True)
class WebhookDraft:
    """`types` none: all. `organization_id` None: the partner's own."""

    address: str
    organization_id: int | None
    types: Collection[ChangeType]
    document: str


@dataclass(frozen=True, slots=True)
class Start:
    """From where on changes are delivered: after a cursor, or from now; neither: from where it stands."""

    after: str | None = None
    from_now: bool = False


def content_of(draft: WebhookDraft) -> dict[str, Any]:
    return {
        "address": draft.address,
        "organization_id": draft.organization_id,
        "types": [type_.value for type_ in ChangeType if type_ in draft.types],
        "document": draft.document,
    }


async def bounds_of(
    told: RequestContext, organization_id: int | None, before: WebhookRecord | None, *, moved: bool
) -> dict[str, str]:
    """Where the organisation is by now, and what bounds the partner. NOT_FOUND outside its scope. Of one that goes on
    where it stands, its path is as it was there."""
    argument = ("input", "organizationId")
    path = told.scope if organization_id is None else await path_within_scope(told, organization_id, argument)
    sphere = told.actor.sphere
    goes_on = before is not None and not moved and before.organization_id == organization_id
    return {} if goes_on and before is not None and before.sphere == sphere else {"path": path, "sphere": sphere}


async def problems_of_document(
    context: RequestContext, partner: PartnerRecord, document: str, uses: Uses
) -> tuple[RequestContext, list[Problem]]:
    """Held against what the partner may see by now, with the context in which it would be told."""
    told = await as_partner(context, partner.id)
    if told is None:
        raise RefusedError(wrong_state(partner.state, "partnerId"))
    try:
        told.permissions.require(uses(document))
    except CallerError as error:
        return told, [Problem(error.problem.code, error.problem.message, ("document",))]
    except RefusedError as refused:
        return told, list(refused.problems)
    return told, []


def problems_of_start(start: Start) -> list[Problem]:
    return [AFTER_AND_NOW] if start.from_now and start.after is not None else []


async def place_of(context: RequestContext, start: Start, before: WebhookRecord | None) -> dict[str, Any]:
    """From where on, if that is another place than where it stands."""
    state = await feed_state(context.database)
    if before is not None and start == Start():
        _require_kept(ChangeCursor(before.series, before.position), state)
        return {}
    place = ChangeCursor(state.series, state.position) if start.after is None else change_cursor(start.after, "after")
    _require_kept(place, state)
    moved = {"series": place.series, "position": place.position, "batch_end": None}
    return moved if before is None else {**moved, "edition": before.edition + 1}


def _require_kept(place: ChangeCursor, state: FeedState) -> None:
    try:
        place.require_kept(state, "after")
    except CallerError as error:
        raise RefusedError(EXPIRED) from error
