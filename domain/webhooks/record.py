from dataclasses import dataclass, field
from datetime import datetime

from domain.changes import ChangeCursor
from domain.codes import ChangeType, WebhookError, WebhookState

DEFAULT_DOCUMENT = "subscription { changes { cursor type changedAt objectId changedFields } }"
"""What a webhook is sent of each change when nothing else is said: ids, and names of fields."""

LONGEST_ADDRESS = 500
LONGEST_DOCUMENT = 10_000


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """推送: where and what a partner is sent, and how far it has got."""

    id: int
    partner_id: int
    address: str
    organization_id: int | None
    """Within which something changed; None: the partner's own."""

    types: tuple[ChangeType, ...]
    """None: all of them."""

    document: str
    edition: int
    """Grows whenever the same changes would be told otherwise."""

    state: WebhookState
    series: int
    position: int
    """Up to which everything is delivered, in the series of the change feed."""

    batch_end: int | None
    """Up to which the batch goes that is being delivered, so that a repetition holds the same changes."""

    path: str
    """Of the organisation, as it was in the tree at that position."""

    sphere: str
    """What bounded the partner when this was set or enabled."""

    failures: int
    """In a row."""

    failing_since: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_error: WebhookError | None
    last_status: int | None
    last_fields: tuple[str, ...]
    """Those that the partner may not see, for FIELD_HIDDEN and FIELD_MASKED."""

    test_asked_at: datetime | None
    test_answered_at: datetime | None
    test_error: WebhookError | None
    test_status: int | None
    former_secret_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
    secret: str = field(repr=False)
    """Sealed."""

    former_secret: str | None = field(repr=False)

    @property
    def cursor(self) -> str:
        return str(ChangeCursor(self.series, self.position))

    @property
    def is_to_be_tested(self) -> bool:
        return self.test_asked_at is not None and self.test_answered_at is None
