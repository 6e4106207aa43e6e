"""注册统计 as a chart: how many of the members of each organisation have registered."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from charts.chart import APART, OTHERS, Bar, Chart, Panel, Series
from domain.errors import Message
from server.charting.shortening import Row, shortened
from server.charting.telling import BELOW, TOTAL, Telling

_TITLE = Message("{name} · 注册统计", "{name} · Registration")
_REGISTERED = Message("已注册", "Registered")
_NOT_REGISTERED = Message("未注册", "Not registered")
_NOBODY = Message("没有党员", "There are no members")


def registration_chart(found: dict[str, Any], telling: Telling) -> Chart:
    title = telling.say(_TITLE, name=telling.name_of(found["organization"]))
    notes = telling.notes(at=datetime.fromisoformat(found["countedAt"]))
    if not found["members"]:
        return Chart(telling.language, title, notes, (), telling.say(_NOBODY))
    rows = shortened([_row(row, telling) for row in found["rows"]], lambda row: row.numbers["members"], telling)
    panels = [_panel(telling.say(TOTAL), [_row(found, telling)], telling)]
    if rows:
        panels.append(_panel(telling.say(BELOW), rows, telling))
    return Chart(telling.language, title, notes, panels)


def _row(found: dict[str, Any], telling: Telling) -> Row:
    numbers = {name: found[name] for name in ("members", "registered")}
    return Row(telling.name_of(found["organization"]), numbers)


def _panel(title: str, rows: Sequence[Row], telling: Telling) -> Panel:
    series = (Series(telling.say(_REGISTERED), APART[0]), Series(telling.say(_NOT_REGISTERED), OTHERS))
    return Panel(title, series, [_bar(row, telling) for row in rows])


def _bar(row: Row, telling: Telling) -> Bar:
    members, registered = row.numbers["members"], row.numbers["registered"]
    figure = telling.share_of(f"{registered:,} / {members:,}", registered, members)
    return Bar(row.label, (registered, members - registered), members, figure)
