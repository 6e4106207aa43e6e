"""What a chart shows: bars in panels, each word and each number of it already in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colour:
    """`ink` is that of numbers which stand in it."""

    fill: str
    ink: str


_WHITE, _BLACK = "#ffffff", "#1c2126"

PLAIN = Colour("#3f6ea3", _WHITE)
APART = (
    Colour("#332288", _WHITE),
    Colour("#cc6677", _WHITE),
    Colour("#88ccee", _BLACK),
    Colour("#117733", _WHITE),
    Colour("#ddcc77", _BLACK),
    Colour("#882255", _WHITE),
    Colour("#44aa99", _BLACK),
    Colour("#999933", _BLACK),
    Colour("#aa4499", _WHITE),
)
"""Nine that colour-blind people tell apart: Paul Tol's "muted" scheme (SRON technical note EPS/TN/09-002), ordered so
that neighbours differ in lightness."""
OTHERS = Colour("#d5d8dc", _BLACK)


@dataclass(frozen=True, slots=True)
class Series:
    """What one part of each bar stands for; without a name where each bar has but one part."""

    name: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Bar:
    """`parts`: one number for each series. `full` is the number that would fill the whole width."""

    label: str
    parts: Sequence[int]
    full: int
    figure: str


@dataclass(frozen=True, slots=True)
class Panel:
    """`beside`: the parts of a bar do not add up to anything, and stand below each other."""

    title: str
    series: Sequence[Series]
    bars: Sequence[Bar]
    note: str = ""
    beside: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """`notes` stand below the title. Without panels `empty` says why there are none."""

    language: str
    title: str
    notes: Sequence[str]
    panels: Sequence[Panel]
    empty: str = ""


def description_of(chart: Chart) -> str:
    """All that the picture shows, in words, for those who cannot see it."""
    return "\n".join([*chart.notes, *(_in_words(panel) for panel in chart.panels), *filter(None, [chart.empty])])


def _in_words(panel: Panel) -> str:
    lines = [f"{bar.label}: {_bar_in_words(panel, bar)}" for bar in panel.bars]
    return "\n".join([f"[{panel.title}]", *lines, *filter(None, [panel.note])])


def _bar_in_words(panel: Panel, bar: Bar) -> str:
    parts = [f"{series.name} {part:,}" for series, part in zip(panel.series, bar.parts, strict=True) if series.name]
    return "; ".join(filter(None, [bar.figure, *parts]))
