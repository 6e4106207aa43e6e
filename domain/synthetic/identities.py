"""身份: dates of birth that make a plausible population, and identity numbers that are unique by construction.

Within a county the members' places are shuffled by an affine map and read as quantiles of the age distribution:
neighbours in a branch differ in age, and the members born on one day are consecutive quantiles, so that a number
for each of them can be counted out without any memory shared between branches.
"""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

from domain.codes import Gender
from domain.identity_numbers import check_character
from domain.synthetic.affine import shuffled
from domain.synthetic.divisions import counties, counties_elsewhere

_AGES = (
    # from age, to age (exclusive), share in percent
    (18, 26, 5.0),
    (26, 36, 14.5),
    (36, 46, 19.0),
    (46, 56, 19.0),
    (56, 66, 18.0),
    (66, 76, 15.0),
    (76, 86, 7.5),
    (86, 96, 1.8),
    (96, 100, 0.2),
)
_BORN_ELSEWHERE_EVERY = 20
_REGIONS_ELSEWHERE = 5
_SEQUENCES_OF_A_GENDER = 500


@dataclass(frozen=True, slots=True)
class Identity:
    birth_date: date
    gender: Gender
    number: str


@cache
def _days(day: date) -> tuple[list[date], list[float]]:
    """Every day of birth, from the youngest back, and the share of people born after or on it."""
    days, shares = [], []
    for youngest, oldest, percent in _AGES:
        first, last = _years_before(day, youngest), _years_before(day, oldest)
        length = (first - last).days
        days += [first - timedelta(days=passed) for passed in range(length)]
        shares += [percent / 100 / length] * length
    return days, list(accumulate(shares))


def _years_before(day: date, years: int) -> date:
    return date(day.year - years, day.month, min(day.day, 28))


@dataclass(frozen=True, slots=True)
class CountyIdentities:
    """The identities of one county's members, by their place in the county (0 … size - 1)."""

    county: int
    size: int
    day: date

    def identity(self, place: int) -> Identity:
        quantile = shuffled(place, self.size)
        days, shares = _days(self.day)
        index = min(bisect_right(shares, (quantile + 0.5) / self.size), len(days) - 1)
        before = shares[index - 1] if index else 0.0
        rank = max(0, quantile - int(before * self.size))
        return self._identity(days[index], rank, place, quantile)

    def identity_born_on(self, first_day: date, span: int, place: int) -> Identity:
        """Somebody outside the usual ages: born within `span` days from `first_day` on, no two alike."""
        return self._identity(first_day + timedelta(days=place % span), place // span, place, 1)

    def _identity(self, born: date, rank: int, place: int, quantile: int) -> Identity:
        gender = Gender.FEMALE if (place * 7919 + self.county) % 10 < 3 else Gender.MALE  # noqa: PLR2004 # three in ten
        slot = (born.toordinal() * 31 + rank) % _SEQUENCES_OF_A_GENDER
        digits = f"{self._region(quantile)}{born:%Y%m%d}{2 * slot + (gender is Gender.MALE):03d}"
        return Identity(born, gender, digits + check_character(digits))

    def _region(self, quantile: int) -> str:
        """The county's own code; for some people one of five codes elsewhere that no other county uses."""
        if quantile % _BORN_ELSEWHERE_EVERY:
            return counties()[self.county].code
        elsewhere = counties_elsewhere()
        choice = quantile // _BORN_ELSEWHERE_EVERY % _REGIONS_ELSEWHERE
        return elsewhere[(self.county * _REGIONS_ELSEWHERE + choice) % len(elsewhere)]
