"""信息质量统计报告 as a chart: how many members of each organisation have errors, warnings and hints."""

from collections.abc import Sequence
from typing import Any

from charts.chart import APART, Bar, Chart, Panel, Series
from domain.errors import Message
from server.charting.shortening import Row, note_on, scale_of, shortened
from server.charting.telling import BELOW, TOTAL, Telling

_TITLE = Message("{name} · 信息质量统计", "{name} · Quality of records")
_SHOWN = Message(
    "各级问题涉及的党员人数，以最近的校验和保存为准；同一党员可有多级问题",
    "Members by what the last checks and saves found; a member may have several kinds of it",
)
_NOTHING = Message("没有发现问题", "Nothing was found")
_SEVERITIES = {
    "membersWithErrors": (Message("有错误", "With errors"), APART[5]),
    "membersWithWarnings": (Message("有警告", "With warnings"), APART[4]),
    "membersWithHints": (Message("有提醒", "With hints"), APART[2]),
}
"""The graver first."""


def quality_chart(found: dict[str, Any], telling: Telling) -> Chart:
    total = _row(found["total"], telling)
    title, notes = telling.say(_TITLE, name=total.label), telling.notes(telling.say(_SHOWN))
    if not any(total.numbers.values()):
        return Chart(telling.language, title, notes, (), telling.say(_NOTHING))
    own = _row(found["own"], telling, directly=True)
    rows = [*([own] if any(own.numbers.values()) else []), *(_row(row, telling) for row in found["rows"])]
    below = shortened(rows, lambda row: tuple(row.numbers.values()), telling) if found["rows"] else []
    panels = [_panel(telling.say(TOTAL), [total], telling)]
    return Chart(
        telling.language, title, notes, [*panels, _panel(telling.say(BELOW), below, telling)] if below else panels
    )


def _row(row: dict[str, Any], telling: Telling, *, directly: bool = False) -> Row:
    return Row(telling.name_of(row["organization"], directly=directly), {name: row[name] for name in _SEVERITIES})


def _panel(title: str, rows: Sequence[Row], telling: Telling) -> Panel:
    scale = scale_of(rows, _longest)
    bars = [Bar(row.label, [row.numbers[name] for name in _SEVERITIES], scale.of(_longest(row)), "") for row in rows]
    series = [Series(telling.say(name), colour) for name, colour in _SEVERITIES.values()]
    return Panel(title, series, bars, note_on(scale, rows, _longest, telling), beside=True)


def _longest(row: Row) -> int:
    return max(row.numbers.values())
