"""推送的读取."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from domain.codes import ChangeType, WebhookError, WebhookState
from domain.webhooks import WebhookRecord
from storage.engine import Database
from storage.models import Client, Organization, Webhook
from storage.statements import one_of

_COLUMN_OF = {"partner_id": "client_id"}
"""Where it is not the one of the field's name."""

COLUMNS: tuple[Any, ...] = tuple(getattr(Webhook, _COLUMN_OF.get(f.name, f.name)) for f in fields(WebhookRecord))
_PLACE = {f.name: place for place, f in enumerate(fields(WebhookRecord))}


@dataclass(frozen=True, slots=True)
class Delivered:
    """A webhook, and whose it is: the partner's client id, its organisation and where that lies."""

    webhook: WebhookRecord
    client_id: str
    organization_id: int
    org_path: str


async def webhooks_of_partners(database: Database, partner_ids: Sequence[int]) -> Mapping[int, WebhookRecord]:
    """By partner; those that have one."""
    rows = await database.rows(select(*COLUMNS).where(one_of(Webhook.client_id, partner_ids)))
    return {webhook.partner_id: webhook for webhook in map(record_of, rows)}


async def delivered_webhook(database: Database, number: int) -> Delivered | None:
    found = (
        select(*COLUMNS, Client.client_id, Organization.id, Organization.path)
        .join(Client, Client.id == Webhook.client_id)
        .join(Organization, Organization.id == Client.organization_id)
        .where(Webhook.id == number)
    )
    row = await database.row(found)
    return None if row is None else Delivered(record_of(row[: len(COLUMNS)]), *row[len(COLUMNS) :])


def record_of(row: tuple[Any, ...]) -> WebhookRecord:
    values = dict(zip(_PLACE, row, strict=True))
    values["types"] = tuple(ChangeType[name] for name in values["types"] if name in ChangeType.__members__)
    values["state"] = WebhookState[values["state"]]
    values["last_fields"] = tuple(values["last_fields"])
    for name in ("last_error", "test_error"):
        values[name] = None if values[name] is None else WebhookError[values[name]]
    return WebhookRecord(**values)
