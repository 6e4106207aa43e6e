"""推送的设置: what security officers do with webhooks. Whoever delivers is woken by it."""

from typing import Any

from sqlalchemy import delete, func, insert, select, update

from domain.webhooks import WebhookRecord
from storage.models import Webhook
from storage.webhooks.reading import COLUMNS, record_of
from storage.writing import WriteSession

CHANNEL = "dengta_webhooks"
"""On which it is announced that a webhook was set or changed."""


async def webhook_to_change(session: WriteSession, partner_id: int) -> WebhookRecord | None:
    """Locked until the transaction ends."""
    row = await session.row(select(*COLUMNS).where(Webhook.client_id == partner_id).with_for_update())
    return None if row is None else record_of(row)


async def add_webhook(session: WriteSession, partner_id: int, **values: Any) -> WebhookRecord:
    rows = await session.rows(insert(Webhook).values(client_id=partner_id, **values).returning(*COLUMNS))
    await session.notify(CHANNEL)
    return record_of(rows[0])


async def change_webhook(session: WriteSession, number: int, **values: Any) -> WebhookRecord:
    """`values` by column; the version grows."""
    changed = {**values, "version": Webhook.version + 1, "updated_at": func.now()}
    rows = await session.rows(update(Webhook).where(Webhook.id == number).values(changed).returning(*COLUMNS))
    await session.notify(CHANNEL)
    return record_of(rows[0])


async def remove_webhook(session: WriteSession, number: int) -> None:
    await session.execute(delete(Webhook).where(Webhook.id == number))
    await session.notify(CHANNEL)
