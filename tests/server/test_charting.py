"""Answers as charts: what is shown of much, and that nothing of it is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest

from charts.chart import APART, OTHERS, Chart
from charts.drawing import draw
from domain.codes import ChartFormat, Ethnicity
from server.charting.member_chart import member_chart
from server.charting.quality_chart import quality_chart
from server.charting.registration_chart import registration_chart
from server.charting.shortening import MOST_ROWS
from server.charting.telling import Telling

CHINESE = Telling("zh", datetime(2026, 11, 25, 16, 30, tzinfo=UTC))
ENGLISH = Telling("en", CHINESE.at, filtered=True)


def bucket(key: str, count: int, label: str = "") -> dict[str, Any]:
    return {"key": key, "label": label or key, "englishLabel": key.lower(), "count": count}


def row(name: str | None, *buckets: dict[str, Any], reach: str = "SUBTREE") -> dict[str, Any]:
    return {"organization": None if name is None else {"name": name}, "reach": reach, "buckets": list(buckets)}


def statistics(buckets: list[dict[str, Any]], rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    total = sum(each["count"] for each in buckets)
    asked: dict[str, Any] = {
        "organization": {"name": "济南市委"},
        "dimension": "GENDER",
        "by": None,
        "byBuckets": [],
        "cells": [],
    }
    return {**asked, "total": total, "buckets": buckets, "rows": rows, **more}


def sums(chart: Chart, panel: int) -> int:
    return sum(sum(bar.parts) for bar in chart.panels[panel].bars)


def test_of_300_children_the_largest_are_shown_and_the_rest_together() -> None:
    rows = [row(f"第{number}县", bucket("MALE", number), bucket("FEMALE", 1)) for number in range(300)]
    total = sum(range(300))
    chart = member_chart(statistics([bucket("MALE", total), bucket("FEMALE", 300)], rows), CHINESE)
    below = chart.panels[1]
    assert [bar.label for bar in below.bars[:2]] == ["第299县", "第298县"]
    assert (len(below.bars), below.bars[-1].label) == (MOST_ROWS + 1, f"其余 {300 - MOST_ROWS} 个组织")
    assert sums(chart, 0) == sums(chart, 1) == total + 300
    assert list(below.bars[-1].parts) == [sum(range(300 - MOST_ROWS)), 300 - MOST_ROWS]
    assert {bar.full for bar in below.bars[:-1]} == {300}
    assert below.bars[-1].full == sum(below.bars[-1].parts) > 300
    assert below.note.startswith("最后一条")
    assert draw(chart, ChartFormat.PNG).startswith(b"\x89PNG")


def test_few_children_stand_as_in_the_tree() -> None:
    rows = [
        row("济南市委", bucket("MALE", 1), reach="DIRECT"),
        row("甲区委", bucket("MALE", 2)),
        row(None, bucket("MALE", 9)),
    ]
    below = member_chart(statistics([bucket("MALE", 12)], rows), CHINESE).panels[1]
    assert [(bar.label, bar.full) for bar in below.bars] == [
        ("济南市委（直属）", 9),
        ("甲区委", 9),
        ("（已不在管理范围内）", 9),
    ]
    assert below.note == ""


def test_a_branch_has_nothing_below_it() -> None:
    found = statistics([bucket("MALE", 3)], [row("支部", bucket("MALE", 3), reach="DIRECT")])
    assert [panel.title for panel in member_chart(found, CHINESE).panels] == ["性别"]


def test_of_many_buckets_the_empty_ones_are_left_out_and_it_is_said() -> None:
    buckets = [bucket(each.name, 7 if place % 2 else 0, each.chinese) for place, each in enumerate(Ethnicity)]
    chart = member_chart(statistics(buckets, [], dimension="ETHNICITY"), CHINESE)
    [panel] = chart.panels
    filled = sum(1 for each in buckets if each["count"])
    assert len(panel.bars) == filled
    assert panel.note == f"另有 {len(buckets) - filled} 类无人，未画出"
    few = member_chart(statistics([bucket("MALE", 2), bucket("FEMALE", 0)], []), CHINESE)
    assert len(few.panels[0].bars) == 2


def test_more_parts_than_can_be_told_apart_are_put_together() -> None:
    buckets = [bucket(f"B{number}", number) for number in range(1, 13)]
    chart = member_chart(statistics(buckets, [row("甲区委", *buckets)]), ENGLISH)
    below = chart.panels[1]
    assert [series.name for series in below.series] == [*(f"b{number}" for number in range(4, 13)), "3 others"]
    assert [series.colour for series in below.series] == [*APART, OTHERS]
    assert list(below.bars[0].parts) == [*range(4, 13), 1 + 2 + 3]


def test_one_part_without_a_colour_of_its_own_keeps_its_name() -> None:
    buckets = [bucket(f"B{number}", number) for number in range(1, 11)]
    below = member_chart(statistics(buckets, [row("甲区委", *buckets)]), CHINESE).panels[1]
    assert (below.series[-1].name, below.series[-1].colour, below.bars[0].parts[-1]) == ("B1", OTHERS, 1)


def test_a_share_that_is_nearly_nothing_is_not_told_as_nothing() -> None:
    chart = member_chart(statistics([bucket("MALE", 2_999), bucket("FEMALE", 1), bucket("X", 0)], []), CHINESE)
    assert [bar.figure for bar in chart.panels[0].bars] == ["2,999（100.0%）", "1（<0.1%）", "0（0.0%）"]


def test_nobody_is_said_in_words() -> None:
    chart = member_chart(statistics([bucket("MALE", 0)], []), ENGLISH)
    assert (chart.panels, chart.empty) == ((), "There are no members")
    assert chart.notes == ("0 members", "Counted at 2026-11-26 00:30 (Beijing time) · Under conditions")


@pytest.mark.parametrize(("telling", "empty"), [(CHINESE, "没有党员"), (ENGLISH, "There are no members")])
def test_registrations_of_nobody(telling: Telling, empty: str) -> None:
    found = {"organization": {"name": "支部"}, "countedAt": "2026-11-25T16:00:00+00:00", "members": 0, "registered": 0}
    chart = registration_chart({**found, "rows": []}, telling)
    assert (chart.panels, chart.empty) == ((), empty)


def test_a_rate_fills_the_bar_of_each_organisation_by_its_own_members() -> None:
    def counted(name: str, members: int, registered: int) -> dict[str, Any]:
        return {"organization": {"name": name}, "members": members, "registered": registered}

    rows = [counted("甲", 1_000, 500), counted("乙", 4, 1), counted("丙", 0, 0)]
    found = {**counted("市", 1_004, 501), "countedAt": "2026-11-25T16:00:00+00:00", "rows": rows}
    bars = registration_chart(found, CHINESE).panels[1].bars
    assert [(list(bar.parts), bar.full, bar.figure) for bar in bars] == [
        ([500, 500], 1_000, "500 / 1,000（50.0%）"),
        ([1, 3], 4, "1 / 4（25.0%）"),
        ([0, 0], 0, "0 / 0"),
    ]


def quality(name: str, errors: int, warnings: int, hints: int) -> dict[str, Any]:
    numbers = {"membersWithErrors": errors, "membersWithWarnings": warnings, "membersWithHints": hints}
    return {"organization": {"name": name}, **numbers}


def test_the_gravest_records_come_first_among_many() -> None:
    rows = [quality(f"第{number}县", number % 7, number, 1) for number in range(100)]
    found = {"rows": rows, "own": quality("市", 0, 0, 0), "total": quality("市", 300, 4_950, 100)}
    below = quality_chart(found, CHINESE).panels[1]
    assert below.bars[0].label == "第97县"
    assert [sum(bar.parts[place] for bar in below.bars) for place in (1, 2)] == [4_950, 100]
    assert (below.bars[0].full, below.bars[-1].full) == (97, 4_950 - sum(bar.parts[1] for bar in below.bars[:-1]))


def test_members_of_the_organisation_itself_have_a_bar_where_something_is_wrong() -> None:
    found = {"rows": [quality("甲", 0, 0, 0)], "own": quality("市", 1, 0, 0), "total": quality("市", 1, 0, 0)}
    assert [bar.label for bar in quality_chart(found, CHINESE).panels[1].bars] == ["市（直属）", "甲"]


def test_when_nothing_was_found_it_is_said() -> None:
    found = {"rows": [quality("甲", 0, 0, 0)], "own": quality("市", 0, 0, 0), "total": quality("市", 0, 0, 0)}
    chart = quality_chart(found, CHINESE)
    assert (chart.panels, chart.empty) == ((), "没有发现问题")
