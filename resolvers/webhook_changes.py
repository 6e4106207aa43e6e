"""推送管理: what security officers do with the webhooks of partners. Whoever delivers follows within a second."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from auth.webhook_secrets import can_open, derived_webhook_secret, new_webhook_secret, open_secret, seal_secret
from domain.codes import AuditKind, ClientState, WebhookState
from domain.errors import RefusedError
from domain.idempotency import Outcome
from domain.partners import HOUR, LONGEST_OVERLAP, PartnerRecord
from domain.webhooks import WebhookRecord
from resolvers.context import RequestContext
from resolvers.partner_problems import no_partner, overlap_out_of_bounds, wrong_state
from resolvers.repeating import repeatable, saving
from resolvers.webhook_drafts import (
    Start,
    Uses,
    WebhookDraft,
    bounds_of,
    content_of,
    place_of,
    problems_of_document,
    problems_of_start,
)
from resolvers.webhook_problems import ENABLED_ALREADY, NO_WEBHOOK, NOT_ACTIVE, conflict
from resolvers.webhooks import find_webhooks
from storage.partners import partner_to_change, partners_by_id
from storage.webhooks import add_webhook, change_webhook, remove_webhook, webhook_to_change
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class KnownWebhook:
    """A partner's webhook as whoever changes it has seen it; without a version, as it stands."""

    partner_id: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class WithSecret:
    """A webhook, and its secret when there is a new one, which is shown this once."""

    webhook: WebhookRecord | None
    secret: str | None


async def _with_first_secret(context: RequestContext, outcome: Outcome) -> WithSecret:
    """The secret as long as it is still the webhook's, so that a lost answer does not cost it."""
    webhook = await _as_it_stands(context, outcome)
    if webhook is None or not outcome["has_secret"]:
        return WithSecret(webhook, None)
    secret = _secret(context, webhook.partner_id, int(outcome["version"]))
    key, number = context.code_key, webhook.partner_id
    is_current = can_open(key, number, webhook.secret) and open_secret(key, number, webhook.secret) == secret
    return WithSecret(webhook, secret if is_current else None)


async def _as_it_stands(context: RequestContext, outcome: Outcome) -> WebhookRecord | None:
    number = int(outcome["id"])
    if number not in await partners_by_id(context.database, context.scope, [number]):
        return None
    return (await find_webhooks(context, [number]))[0]


def _secret(context: RequestContext, partner_id: int, version: int) -> str:
    """As that of a partner (resolvers/partner_changes.py)."""
    if context.claim is None:
        return new_webhook_secret()
    return derived_webhook_secret(context.code_key, context.claim.key, str(partner_id), str(version))


@repeatable(_with_first_secret)
async def set_webhook(
    context: RequestContext, known: KnownWebhook, draft: WebhookDraft, start: Start, uses: Uses
) -> WithSecret:
    """The first time it gets a secret, and begins now unless a cursor is given; later it keeps both. RefusedError with
    what is wrong; NOT_FOUND for an organisation outside the partner's scope."""
    problems = [*context.destinations.problems_of(draft.address), *problems_of_start(start)]
    async with saving(context) as session:
        partner = await _partner(session, context, known)
        before = await webhook_to_change(session, partner.id)
        _require_version(before, known)
        told, wrong = await problems_of_document(context, partner, draft.document, uses)
        if problems or wrong:
            raise RefusedError(*problems, *wrong)
        place = await place_of(context, start, before)
        values = content_of(draft) | place | await bounds_of(told, draft.organization_id, before, moved=bool(place))
        if before is None:
            return await _added(session, context, partner, values)
        told_otherwise = {"edition": before.edition + 1, "batch_end": None}
        webhook = await change_webhook(session, before.id, **values, **told_otherwise)
        await _audit(session, context, "setWebhook", partner, webhook, host=urlsplit(webhook.address).hostname)
        return WithSecret(webhook, None)


async def _added(
    session: WriteSession, context: RequestContext, partner: PartnerRecord, values: dict[str, Any]
) -> WithSecret:
    secret = _secret(context, partner.id, 1)
    sealed = seal_secret(context.code_key, partner.id, secret)
    webhook = await add_webhook(session, partner.id, **values, secret=sealed, state=WebhookState.ACTIVE.value)
    await _audit(
        session, context, "setWebhook", partner, webhook, has_secret=True, host=urlsplit(webhook.address).hostname
    )
    return WithSecret(webhook, secret)


@repeatable(_as_it_stands)
async def enable_webhook(context: RequestContext, known: KnownWebhook, start: Start, uses: Uses) -> WebhookRecord:
    """It goes on where it stands, unless it is said where; RefusedError when that is not kept any more."""
    problems = problems_of_start(start)
    async with saving(context) as session:
        partner, before = await _both(session, context, known)
        if before.state is WebhookState.ACTIVE:
            raise RefusedError(ENABLED_ALREADY)
        told, wrong = await problems_of_document(context, partner, before.document, uses)
        if problems or wrong:
            raise RefusedError(*problems, *wrong)
        place = await place_of(context, start, before)
        place |= await bounds_of(told, before.organization_id, before, moved=bool(place))
        well = {"failures": 0, "failing_since": None, "next_attempt_at": None, "last_error": None, "last_status": None}
        active: dict[str, Any] = {"state": WebhookState.ACTIVE.value, "last_fields": [], **well}
        webhook = await change_webhook(session, before.id, **place, **active)
        await _audit(session, context, "enableWebhook", partner, webhook)
    return webhook


@repeatable(_as_it_stands)
async def pause_webhook(context: RequestContext, known: KnownWebhook) -> WebhookRecord:
    """What is under way may still arrive."""
    async with saving(context) as session:
        partner, before = await _both(session, context, known)
        if before.state is not WebhookState.ACTIVE:
            raise RefusedError(NOT_ACTIVE)
        webhook = await change_webhook(session, before.id, state=WebhookState.PAUSED.value)
        await _audit(session, context, "pauseWebhook", partner, webhook)
    return webhook


@repeatable(_with_first_secret)
async def rotate_webhook_secret(context: RequestContext, known: KnownWebhook, overlap: timedelta) -> WithSecret:
    """For as long as `overlap` requests are signed with the secret before too; no more with the one before that."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise RefusedError(overlap_out_of_bounds())
    async with saving(context) as session:
        partner, before = await _both(session, context, known)
        secret = _secret(context, partner.id, before.version + 1)
        stays = bool(overlap) and can_open(context.code_key, partner.id, before.secret)
        webhook = await change_webhook(
            session,
            before.id,
            secret=seal_secret(context.code_key, partner.id, secret),
            former_secret=before.secret if stays else None,
            former_secret_until=context.clock() + overlap if stays else None,
        )
        operation, hours = "rotateWebhookSecret", overlap // HOUR
        await _audit(session, context, operation, partner, webhook, has_secret=True, overlapHours=hours)
    return WithSecret(webhook, secret)


@repeatable(_as_it_stands)
async def ask_for_test(context: RequestContext, known: KnownWebhook) -> WebhookRecord:
    """A request without changes is sent shortly, in whatever state the webhook is; what came of it is told with it."""
    async with saving(context) as session:
        partner, before = await _both(session, context, known)
        asked = {"test_asked_at": context.clock(), "test_answered_at": None, "test_error": None, "test_status": None}
        webhook = await change_webhook(session, before.id, **asked)
        await _audit(session, context, "testWebhook", partner, webhook)
    return webhook


async def _partner_as_it_stands(context: RequestContext, outcome: Outcome) -> PartnerRecord | None:
    number = int(outcome["id"])
    return (await partners_by_id(context.database, context.scope, [number])).get(number)


@repeatable(_partner_as_it_stands)
async def delete_webhook(context: RequestContext, known: KnownWebhook) -> PartnerRecord:
    """Its secrets and its cursor go with it."""
    async with saving(context) as session:
        partner, before = await _both(session, context, known, even_revoked=True)
        await remove_webhook(session, before.id)
        await _audit(session, context, "deleteWebhook", partner, before)
    return partner


async def _partner(
    session: WriteSession, context: RequestContext, known: KnownWebhook, *, even_revoked: bool = False
) -> PartnerRecord:
    """Locked; NOT_FOUND outside the scope, RefusedError for one that was revoked for good."""
    partner = await partner_to_change(session, context.scope, known.partner_id)
    if partner is None:
        raise no_partner("partnerId")
    if partner.state is ClientState.REVOKED and not even_revoked:
        raise RefusedError(wrong_state(partner.state, "partnerId"))
    return partner


async def _both(
    session: WriteSession, context: RequestContext, known: KnownWebhook, *, even_revoked: bool = False
) -> tuple[PartnerRecord, WebhookRecord]:
    partner = await _partner(session, context, known, even_revoked=even_revoked)
    webhook = await webhook_to_change(session, partner.id)
    if webhook is None:
        raise RefusedError(NO_WEBHOOK)
    _require_version(webhook, known)
    return partner, webhook


def _require_version(webhook: WebhookRecord | None, known: KnownWebhook) -> None:
    current = 0 if webhook is None else webhook.version
    if known.version not in (None, current):
        raise RefusedError(conflict(current))


async def _audit(  # noqa: PLR0913 # what an entry is made of
    session: WriteSession,
    context: RequestContext,
    operation: str,
    partner: PartnerRecord,
    webhook: WebhookRecord,
    *,
    has_secret: bool = False,
    **details: object,
) -> None:
    session.outcome = {"id": partner.id, "version": webhook.version, "has_secret": int(has_secret)}
    target, told = f"Partner:{partner.id}", {"client": partner.client_id, **details}
    await session.audit(context.audited(AuditKind.PARTNER, operation, target=target, details=told))
