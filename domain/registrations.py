"""注册统计: how many members of an organisation have an account of their own in the public personal zone."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Registrations:
    """Of an organisation with all below it. An account counts that is not cancelled."""

    organization_id: int
    members: int
    registered: int

    @property
    def rate(self) -> float | None:
        """From 0 to 1; of nobody there is none."""
        return self.registered / self.members if self.members else None


@dataclass(frozen=True, slots=True)
class RegistrationStatistics:
    """What the last counting found for an organisation and for each of its direct children."""

    counted_at: datetime
    whole: Registrations
    rows: list[Registrations]

    @property
    def organization_id(self) -> int:
        return self.whole.organization_id

    @property
    def members(self) -> int:
        return self.whole.members

    @property
    def registered(self) -> int:
        return self.whole.registered

    @property
    def rate(self) -> float | None:
        return self.whole.rate


def is_due(counted_at: datetime | None, now: datetime) -> bool:
    """In every hour of the clock there is one counting; the first one as soon as possible."""
    return counted_at is None or counted_at < now.replace(minute=0, second=0, microsecond=0)
