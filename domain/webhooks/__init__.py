"""推送: webhooks, by which partners that hold no connection are sent what has changed."""

from domain.webhooks.batches import Batch, Failure, Place, Stop, batch_of
from domain.webhooks.destinations import Destinations
from domain.webhooks.manners import WebhookManners
from domain.webhooks.record import DEFAULT_DOCUMENT, LONGEST_ADDRESS, LONGEST_DOCUMENT, WebhookRecord
from domain.webhooks.telling import message_of

__all__ = [
    "DEFAULT_DOCUMENT",
    "LONGEST_ADDRESS",
    "LONGEST_DOCUMENT",
    "Batch",
    "Destinations",
    "Failure",
    "Place",
    "Stop",
    "WebhookManners",
    "WebhookRecord",
    "batch_of",
    "message_of",
]
