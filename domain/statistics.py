"""统计维度: what members can be counted by, as a table of dimensions and their buckets (manual, sections 5.11, 5.12).

Each says which bucket a value lies in. SQL that sorts dates into bands is made from the same edges (`spans`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from domain.clock import latest_birth_date_of_age
from domain.codes import (
    CodeList,
    Education,
    Ethnicity,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    StatisticsDimension,
    WorkPosition,
)
from domain.errors import Message


@dataclass(frozen=True, slots=True)
class Bucket:
    """分组: `key` never changes; `label` is for people."""

    key: str
    label: Message


MISSING = Bucket("MISSING", Message("未填", "missing"))


def mark_of(value: object) -> str:
    """A code or a flag as PostgreSQL writes it, so that it is the same in a JSON object."""
    if value is None:
        return MISSING.key
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Span:
    """The dates from `first` on, up to the span before it; without a first day, all that are earlier."""

    key: str
    first: date | None


@dataclass(frozen=True, slots=True)
class ByValue:
    """Each value has its bucket: `keys` by their marks. `field` is the member's field that the matrix must let the
    caller group by."""

    field: str
    buckets: tuple[Bucket, ...]
    keys: Mapping[str, str]

    @property
    def column(self) -> str:
        return self.field

    def key_of(self, value: object, _today: date) -> str:
        return self.keys[mark_of(value)]


@dataclass(frozen=True, slots=True)
class BySpan:
    """Dates lie in spans, which may move with the calendar: `spans` of a day, the latest first."""

    field: str
    column: str
    buckets: tuple[Bucket, ...]
    spans: Callable[[date], tuple[Span, ...]]

    def key_of(self, value: date | None, today: date) -> str:
        if value is None:
            return MISSING.key
        return next(span.key for span in self.spans(today) if span.first is None or value >= span.first)


Dimension = ByValue | BySpan


def _codes(field: str, codes: type[CodeList], *, may_be_missing: bool = False) -> ByValue:
    buckets = tuple(Bucket(code.value, Message(code.chinese, code.english)) for code in codes)
    keys = {code.value: code.value for code in codes}
    if not may_be_missing:
        return ByValue(field, buckets, MappingProxyType(keys))
    return ByValue(field, (*buckets, MISSING), MappingProxyType({**keys, MISSING.key: MISSING.key}))


def _flag(field: str) -> ByValue:
    buckets = (Bucket("YES", Message("是", "yes")), Bucket("NO", Message("否", "no")))
    return ByValue(field, buckets, MappingProxyType({"true": "YES", "false": "NO"}))


_OUTSIDE_THE_56 = frozenset({Ethnicity.OTHER, Ethnicity.FOREIGN_DESCENT})
_HAN_OR_MINORITY = (
    Bucket("HAN", Message("汉族", "Han")),
    Bucket("MINORITY", Message("少数民族", "one of the 55 minorities")),
    Bucket("OUTSIDE", Message("其他及外国血统", "outside the 56 ethnic groups")),
    MISSING,
)


def _group_of(ethnicity: Ethnicity) -> str:
    if ethnicity is Ethnicity.HAN:
        return "HAN"
    return "OUTSIDE" if ethnicity in _OUTSIDE_THE_56 else "MINORITY"


_GROUPS = MappingProxyType({**{each.value: _group_of(each) for each in Ethnicity}, MISSING.key: MISSING.key})

_AGE_BANDS = (
    ("UP_TO_30", "30岁及以下", "30 and younger", 30),
    ("FROM_31_TO_35", "31—35岁", "31 to 35", 35),
    ("FROM_36_TO_40", "36—40岁", "36 to 40", 40),
    ("FROM_41_TO_45", "41—45岁", "41 to 45", 45),
    ("FROM_46_TO_50", "46—50岁", "46 to 50", 50),
    ("FROM_51_TO_55", "51—55岁", "51 to 55", 55),
    ("FROM_56_TO_60", "56—60岁", "56 to 60", 60),
    ("FROM_61", "61岁及以上", "61 and older", None),
)
"""Each with the greatest age in it, in completed years."""

_JOIN_PERIODS = (
    ("BEFORE_1949_10", "1949年9月及以前", "before October 1949", None),
    ("FROM_1949_10", "1949年10月至1966年4月", "October 1949 to April 1966", date(1949, 10, 1)),
    ("FROM_1966_05", "1966年5月至1976年10月", "May 1966 to October 1976", date(1966, 5, 1)),
    ("FROM_1976_11", "1976年11月至1978年12月", "November 1976 to December 1978", date(1976, 11, 1)),
    ("FROM_1979_01", "1979年1月至2002年10月", "January 1979 to October 2002", date(1979, 1, 1)),
    ("FROM_2002_11", "2002年11月至2012年10月", "November 2002 to October 2012", date(2002, 11, 1)),
    ("FROM_2012_11", "2012年11月及以后", "since November 2012", date(2012, 11, 1)),
)
"""Each with its first day."""

_PERIODS = tuple(Span(key, first) for key, _, _, first in reversed(_JOIN_PERIODS))


def _births(today: date) -> tuple[Span, ...]:
    """Of those who have completed so many years by today and no more, by their dates of birth: the youngest first."""
    return tuple(
        Span(key, None if oldest is None else latest_birth_date_of_age(oldest + 1, today) + timedelta(days=1))
        for key, _, _, oldest in _AGE_BANDS
    )


def _periods(_today: date) -> tuple[Span, ...]:
    return _PERIODS


def _bands(rows: tuple[tuple[str, str, str, object], ...]) -> tuple[Bucket, ...]:
    return (*(Bucket(key, Message(chinese, english)) for key, chinese, english, _ in rows), MISSING)


DIMENSIONS: Mapping[StatisticsDimension, Dimension] = {
    StatisticsDimension.GENDER: _codes("gender", Gender),
    StatisticsDimension.ETHNICITY: _codes("ethnicity", Ethnicity, may_be_missing=True),
    StatisticsDimension.HAN_OR_MINORITY: ByValue("ethnicity", _HAN_OR_MINORITY, _GROUPS),
    StatisticsDimension.EDUCATION: _codes("education", Education, may_be_missing=True),
    StatisticsDimension.CATEGORY: _codes("category", MemberCategory),
    StatisticsDimension.AGE_BAND: BySpan("age", "birth_date", _bands(_AGE_BANDS), _births),
    StatisticsDimension.JOIN_PERIOD: BySpan("joined_on", "joined_on", _bands(_JOIN_PERIODS), _periods),
    StatisticsDimension.WORK_POSITION: _codes("work_position", WorkPosition),
    StatisticsDimension.STATUS: _codes("status", MembershipStatus),
    StatisticsDimension.LOST_CONTACT: _flag("lost_contact"),
    StatisticsDimension.FLOATING: _flag("floating"),
    StatisticsDimension.REAL_NAME_STATUS: _codes("real_name_status", RealNameStatus),
}
