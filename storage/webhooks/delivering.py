"""推送的进展: how far a webhook has got.

Each step is one guarded statement: whoever goes by what is not so any more (another has taken over, an officer has
changed the webhook) changes nothing, and is told so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, update

from domain.codes import WebhookError, WebhookState
from domain.webhooks import Failure, Place, Stop, WebhookRecord
from storage.engine import Database
from storage.models import Webhook
from storage.writing import WriteSession

_WELL: Mapping[str, Any] = {
    "failures": 0,
    "failing_since": None,
    "next_attempt_at": None,
    "last_error": None,
    "last_status": None,
    "last_fields": [],
}


async def begin_batch(database: Database, webhook: WebhookRecord, begins: Place, end: int) -> WebhookRecord | None:
    """From where to where the batch goes stands before it is sent: a repetition is then the same. None when the webhook
    is not as it was."""
    begun: dict[str, Any] = {"position": begins.position, "path": begins.path, "batch_end": end}
    return replace(webhook, **begun) if await _put(database, webhook, **begun) else None


async def record_passed(database: Database, webhook: WebhookRecord, place: Place) -> bool:
    """That up to there nothing was to be told."""
    return await _put(database, webhook, position=place.position, path=place.path, batch_end=None)


async def record_delivered(database: Database, webhook: WebhookRecord, ends: Place, now: datetime) -> bool:
    done = {"position": ends.position, "path": ends.path, "batch_end": None, "delivered_at": now}
    return await _put(database, webhook, **done, **_WELL)


async def record_failed(database: Database, webhook: WebhookRecord, failure: Failure, now: datetime) -> bool:
    return await _put(
        database,
        webhook,
        failures=Webhook.failures + 1,
        failing_since=webhook.failing_since or now,
        next_attempt_at=now + failure.again_in,
        last_error=failure.error.value,
        last_status=failure.status,
        last_fields=[],
    )


async def disable_webhook(session: WriteSession, webhook: WebhookRecord, why: Stop) -> bool:
    """For an officer it is another version. False when it has been changed meanwhile."""
    changed = {
        "state": WebhookState.DISABLED.value,
        "next_attempt_at": None,
        "last_error": why.error.value,
        "last_status": why.status,
        "last_fields": list(why.fields),
        "version": Webhook.version + 1,
        "updated_at": func.now(),
    }
    return await session.execute(update(Webhook).where(_as_it_was(webhook)).values(changed)) > 0


async def record_tested(
    database: Database, webhook: WebhookRecord, error: WebhookError | None, status: int | None, now: datetime
) -> None:
    told = {"test_answered_at": now, "test_error": error and error.value, "test_status": status}
    asked = and_(Webhook.id == webhook.id, Webhook.test_asked_at == webhook.test_asked_at)
    async with database.writing() as session:
        await session.execute(update(Webhook).where(asked).values(told))


async def _put(database: Database, webhook: WebhookRecord, **values: Any) -> bool:
    async with database.writing() as session:
        return await session.execute(update(Webhook).where(_as_it_was(webhook)).values(values)) > 0


def _as_it_was(webhook: WebhookRecord) -> ColumnElement[bool]:
    return and_(
        Webhook.id == webhook.id,
        Webhook.version == webhook.version,
        Webhook.state == WebhookState.ACTIVE.value,
        Webhook.series == webhook.series,
        Webhook.position == webhook.position,
    )
