"""党员统计 as a chart: the buckets, and the organisations below by the same buckets."""

from collections.abc import Mapping
from typing import Any

from charts.chart import PLAIN, Bar, Chart, Panel, Series
from domain.codes import StatisticsDimension
from domain.errors import Message
from domain.reach import Reach
from server.charting.shortening import Row, Spread, note_on, scale_of, shortened, spread
from server.charting.telling import BELOW, Telling

MOST_BUCKETS = 20
"""Of more than that those are left out in which there is nobody."""

_BY_ONE = Message("{name} · 党员统计：{first}", "{name} · Members by {first}")
_BY_TWO = Message("{name} · 党员统计：{first} × {second}", "{name} · Members by {first} × {second}")
_TOTAL = Message("共 {number:,} 人", "{number:,} members")
_NOBODY = Message("没有党员", "There are no members")
_NOBODY_ELSEWHERE = Message("另有 {number} 类无人，未画出", "{number} more with nobody in them are not shown")
_BELOW_BY = Message("{below}：{dimension}", "{below}, by {dimension}")


def member_chart(found: dict[str, Any], telling: Telling) -> Chart:
    first, second = (_dimension(found[name], telling) for name in ("dimension", "by"))
    by = _BY_TWO if second else _BY_ONE
    title = telling.say(by, name=telling.name_of(found["organization"]), first=first, second=second)
    notes = telling.notes(telling.say(_TOTAL, number=found["total"]))
    if not found["total"]:
        return Chart(telling.language, title, notes, (), telling.say(_NOBODY))
    buckets = _by_two(found, f"{first} × {second}", telling) if second else _by_one(found, first, telling)
    below = _below(found, first, telling)
    return Chart(telling.language, title, notes, (buckets, below) if below.bars else (buckets,))


def _dimension(name: str | None, telling: Telling) -> str:
    if name is None:
        return ""
    dimension = StatisticsDimension[name]
    return dimension.chinese if telling.language == "zh" else dimension.english.partition(",")[0]


def _by_one(found: dict[str, Any], title: str, telling: Telling) -> Panel:
    numbers = _numbers(found["buckets"])
    return _buckets(
        found, title, Spread((), (Series("", PLAIN),)), {key: {key: numbers[key]} for key in numbers}, telling
    )


def _by_two(found: dict[str, Any], title: str, telling: Telling) -> Panel:
    series = spread(_names(found["byBuckets"], telling), _numbers(found["byBuckets"]), telling)
    crossed: dict[str, dict[str, int]] = {bucket["key"]: {} for bucket in found["buckets"]}
    for cell in found["cells"]:
        crossed[cell["key"]][cell["byKey"]] = cell["count"]
    return _buckets(found, title, series, crossed, telling)


def _buckets(
    found: dict[str, Any], title: str, series: Spread, parts: Mapping[str, Mapping[str, int]], telling: Telling
) -> Panel:
    names, buckets = _names(found["buckets"], telling), found["buckets"]
    shown = buckets if len(buckets) <= MOST_BUCKETS else [bucket for bucket in buckets if bucket["count"]]
    full = max(bucket["count"] for bucket in buckets)
    bars = [
        Bar(
            names[bucket["key"]],
            series.parts(parts[bucket["key"]]),
            full,
            telling.share(bucket["count"], found["total"]),
        )
        for bucket in shown
    ]
    left_out = len(buckets) - len(shown)
    note = telling.say(_NOBODY_ELSEWHERE, number=left_out) if left_out else ""
    return Panel(title[:1].upper() + title[1:], series.series, bars, note)


def _below(found: dict[str, Any], first: str, telling: Telling) -> Panel:
    """Nothing where there is no organisation below."""
    series = spread(_names(found["buckets"], telling), _numbers(found["buckets"]), telling)
    title = telling.say(_BELOW_BY, below=telling.say(BELOW), dimension=first)
    if all(row["reach"] == Reach.DIRECT.name for row in found["rows"]):
        return Panel(title, series.series, ())
    rows = [_row(row, telling) for row in found["rows"]]
    shown = shortened(rows, _members, telling)
    scale = scale_of(shown, _members)
    bars = [
        Bar(
            row.label,
            series.parts(row.numbers),
            scale.of(_members(row)),
            telling.share(_members(row), found["total"]),
        )
        for row in shown
    ]
    return Panel(title, series.series, bars, note_on(scale, shown, _members, telling))


def _members(row: Row) -> int:
    return sum(row.numbers.values())


def _row(row: dict[str, Any], telling: Telling) -> Row:
    label = telling.name_of(row["organization"], directly=row["reach"] == Reach.DIRECT.name)
    return Row(label, _numbers(row["buckets"]))


def _names(buckets: list[dict[str, Any]], telling: Telling) -> dict[str, str]:
    label = "label" if telling.language == "zh" else "englishLabel"
    return {bucket["key"]: bucket[label] for bucket in buckets}


def _numbers(buckets: list[dict[str, Any]]) -> dict[str, int]:
    return {bucket["key"]: bucket["count"] for bucket in buckets}
