"""推送: webhooks of partners, what becomes of their deliveries, and whose turn it is to deliver."""

from storage.webhooks.changing import CHANNEL, add_webhook, change_webhook, remove_webhook, webhook_to_change
from storage.webhooks.delivering import (
    begin_batch,
    disable_webhook,
    record_delivered,
    record_failed,
    record_passed,
    record_tested,
)
from storage.webhooks.reading import Delivered, delivered_webhook, webhooks_of_partners
from storage.webhooks.turns import webhook_turns

__all__ = [
    "CHANNEL",
    "Delivered",
    "add_webhook",
    "begin_batch",
    "change_webhook",
    "delivered_webhook",
    "disable_webhook",
    "record_delivered",
    "record_failed",
    "record_passed",
    "record_tested",
    "remove_webhook",
    "webhook_to_change",
    "webhook_turns",
    "webhooks_of_partners",
]
