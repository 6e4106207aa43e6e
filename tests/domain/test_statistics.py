from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.clock import age_on
from domain.codes import Ethnicity, StatisticsDimension
from domain.statistics import DIMENSIONS, MISSING, BySpan, ByValue
from schema.filterable import filterable_fields
from schema.types.member import Member as MemberType
from storage.models import Member

AGE_BAND, JOIN_PERIOD = DIMENSIONS[StatisticsDimension.AGE_BAND], DIMENSIONS[StatisticsDimension.JOIN_PERIOD]
DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("born", "today", "key"),
    [
        ("1996-11-23", "2026-11-23", "UP_TO_30"),
        ("1995-11-24", "2026-11-23", "UP_TO_30"),
        ("1995-11-23", "2026-11-23", "FROM_31_TO_35"),
        ("1990-11-24", "2026-11-23", "FROM_31_TO_35"),
        ("1990-11-23", "2026-11-23", "FROM_36_TO_40"),
        ("1965-11-24", "2026-11-23", "FROM_56_TO_60"),
        ("1965-11-23", "2026-11-23", "FROM_61"),
        ("1900-01-01", "2026-11-23", "FROM_61"),
        ("2030-01-01", "2026-11-23", "UP_TO_30"),
        ("1996-02-29", "2027-02-28", "UP_TO_30"),
        ("1996-02-29", "2027-03-01", "FROM_31_TO_35"),
        ("1992-02-29", "2028-02-28", "FROM_31_TO_35"),
        ("1992-02-29", "2028-02-29", "FROM_36_TO_40"),
        ("1997-02-28", "2028-02-28", "FROM_31_TO_35"),
        ("1997-03-01", "2028-02-29", "UP_TO_30"),
        ("1997-02-28", "2028-02-29", "FROM_31_TO_35"),
    ],
)
def test_an_age_band_begins_on_the_birthday(born: str, today: str, key: str) -> None:
    assert AGE_BAND.key_of(date.fromisoformat(born), date.fromisoformat(today)) == key


@given(st.dates(date(1900, 1, 1), date(2040, 1, 1)), st.dates(date(1990, 1, 1), date(2040, 12, 31)))
def test_the_age_band_is_that_of_the_age_in_completed_years(born: date, today: date) -> None:
    age, key = age_on(born, today), AGE_BAND.key_of(born, today)
    digits = [int(part) for part in key.split("_") if part.isdigit()]
    least, most = {1: (31 if key != "UP_TO_30" else -200, 30)}.get(len(digits), (digits[0], digits[-1]))
    least, most = (61, 200) if key == "FROM_61" else (least, most)
    assert least <= age <= most


@pytest.mark.parametrize(
    ("before", "key", "first"),
    [
        ("BEFORE_1949_10", "FROM_1949_10", "1949-10-01"),
        ("FROM_1949_10", "FROM_1966_05", "1966-05-01"),
        ("FROM_1966_05", "FROM_1976_11", "1976-11-01"),
        ("FROM_1976_11", "FROM_1979_01", "1979-01-01"),
        ("FROM_1979_01", "FROM_2002_11", "2002-11-01"),
        ("FROM_2002_11", "FROM_2012_11", "2012-11-01"),
    ],
)
def test_a_join_period_begins_on_its_first_day(before: str, key: str, first: str) -> None:
    day = date.fromisoformat(first)
    assert (JOIN_PERIOD.key_of(day - timedelta(days=1), DAY), JOIN_PERIOD.key_of(day, DAY)) == (before, key)


def test_there_are_fifty_five_minorities() -> None:
    dimension = DIMENSIONS[StatisticsDimension.HAN_OR_MINORITY]
    assert isinstance(dimension, ByValue)
    groups = [dimension.key_of(each.value, DAY) for each in Ethnicity]
    assert (groups.count("HAN"), groups.count("MINORITY"), groups.count("OUTSIDE")) == (1, 55, 2)


@pytest.mark.parametrize("dimension", StatisticsDimension)
def test_each_dimension_groups_by_a_field_that_is_groupable(dimension: StatisticsDimension) -> None:
    groupable = {field.name for field in filterable_fields(MemberType) if field.traits.groupable}
    assert DIMENSIONS[dimension].field in groupable


@pytest.mark.parametrize("dimension", StatisticsDimension)
def test_there_is_a_bucket_for_missing_values_where_values_can_be_missing(dimension: StatisticsDimension) -> None:
    found = DIMENSIONS[dimension]
    assert (MISSING in found.buckets) == getattr(Member, found.column).nullable
    assert MISSING not in found.buckets or found.key_of(None, DAY) == MISSING.key


@pytest.mark.parametrize("dimension", StatisticsDimension)
def test_every_bucket_can_be_met_and_is_listed_once(dimension: StatisticsDimension) -> None:
    found = DIMENSIONS[dimension]
    listed = [bucket.key for bucket in found.buckets]
    met = (
        {span.key for span in found.spans(DAY)} | {MISSING.key}
        if isinstance(found, BySpan)
        else set(found.keys.values())
    )
    assert sorted(listed) == sorted(met)
