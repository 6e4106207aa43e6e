from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]
"""Gives the present moment, with its offset; tests put their own in."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def today(clock: Clock) -> date:
    """The calendar date in Asia/Shanghai: every "today" of the register."""
    return clock().astimezone(SHANGHAI).date()


def age_on(birth_date: date, day: date) -> int:
    """Completed years (周岁) on that day; someone born on 29 February completes one on 1 March of a common year."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def latest_birth_date_of_age(age: int, day: date) -> date:
    """The latest date of birth of whoever has completed `age` years on that day."""
    year = day.year - age
    if (day.month, day.day) == (2, 29) and not _is_leap(year):
        return date(year, 2, 28)
    return date(year, day.month, day.day)


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
