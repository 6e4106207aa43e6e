"""合作系统: partners' systems, as security officers register them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.codes import ClientState, Scope

LONGEST_NAME = 100
FIRST_VERSION = 1
HOUR = timedelta(hours=1)
DEFAULT_OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class PartnerRecord:
    """A partner without its secrets. `former_secret_until`: until when the secret before the last rotation is good."""

    id: int
    client_id: str
    name: str
    organization_id: int
    scopes: tuple[Scope, ...]
    state: ClientState
    former_secret_until: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime
