"""A clock that tests set."""

from datetime import UTC, datetime, timedelta


class SetClock:
    """It stands until it is moved on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 4, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)
