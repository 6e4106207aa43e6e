from dataclasses import dataclass, field
from datetime import timedelta

from domain.webhooks.destinations import Destinations


@dataclass(frozen=True, slots=True)
class WebhookManners:
    """How webhooks are delivered; docs/webhooks.md explains the numbers."""

    destinations: Destinations = field(default_factory=Destinations)
    batch: int = 100
    """How many changes one request holds at most."""

    timeout: float = 15.0
    """Seconds that one request may take, from looking the name up to the head of the answer."""

    longest_wait: float = 300.0
    """Seconds between two attempts at most; a receiver that says Retry-After is given an hour at most."""

    given_up_after: timedelta = timedelta(hours=72)
    """Without a success; the webhook is then disabled."""

    ca_file: str | None = None
    """Authorities beside those of the system."""
