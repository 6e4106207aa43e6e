"""推送: webhooks of partners within the caller's scope. Nobody is ever shown a secret again."""

from collections.abc import Sequence
from dataclasses import replace

from auth.standing import actor_of
from dataloaders.loaders import Loaders
from domain.lookups import Journal
from domain.webhooks import WebhookRecord
from resolvers.context import RequestContext
from storage.changes import feed_state
from storage.standing import standing_of_partner
from storage.webhooks import webhooks_of_partners


async def find_webhooks(context: RequestContext, partner_ids: Sequence[int]) -> list[WebhookRecord | None]:
    """Of partners within the scope; None for those that have none."""
    found = await webhooks_of_partners(context.database, partner_ids)
    return [found.get(number) for number in partner_ids]


async def lags_of(context: RequestContext, webhooks: Sequence[WebhookRecord]) -> list[int | None]:
    """How many changes of the whole register lie after each; None for one of another register."""
    state = await feed_state(context.database)
    return [state.position - webhook.position if webhook.series == state.series else None for webhook in webhooks]


async def as_partner(context: RequestContext, partner_id: int) -> RequestContext | None:
    """What the partner itself would be told by now; None when it is shut out."""
    standing = await standing_of_partner(context.database, partner_id)
    if standing is None:
        return None
    actor, matrix = actor_of(standing, standing.client_id), await context.matrix.current()
    return replace(
        context,
        actor=actor,
        permissions=matrix.permissions_of(actor.role, actor.tier, actor.scopes),
        loaders=Loaders(context.database, actor.scope),
        remembered={},
        journal=Journal(),
        claim=None,
    )
