"""Drawing by Typst, a typesetter: it measures, breaks and shapes Chinese, and lets go of the interpreter meanwhile.

It is loaded with the first chart. Fonts are those of a package alone, so that a chart is the same on every machine. In
SVG text is drawn as outlines, for the same reason; what it says stands in the description.
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson

from charts.chart import Chart, Panel, description_of
from domain.codes import ChartFormat

PIXELS_PER_INCH = 144.0
_TEMPLATE = Path(__file__).with_name("chart.typ")
_LONGEST_LABEL = 60


def draw(chart: Chart, drawn_as: ChartFormat) -> bytes:
    """Takes some hundredths of a second, and bears to run in several threads."""
    if drawn_as is ChartFormat.PNG:
        return _typeset(chart, "png")
    return _told(_typeset(chart, "svg"), chart)


def _typeset(chart: Chart, as_what: Any) -> bytes:
    from pylopdf_fonts_zh_cn import sans_path  # noqa: PLC0415 # with the first chart: whoever draws none loads none
    from typst import Compiler  # noqa: PLC0415

    compiler = Compiler(root=str(_TEMPLATE.parent), font_paths=[str(sans_path().parent)], ignore_system_fonts=True)
    inputs = {"chart": orjson.dumps(_as_data(chart)).decode()}
    drawn = compiler.compile(input=_TEMPLATE.read_bytes(), format=as_what, ppi=PIXELS_PER_INCH, sys_inputs=inputs)
    if not isinstance(drawn, bytes):
        raise TypeError("a chart is one page")
    return drawn


def _as_data(chart: Chart) -> dict[str, Any]:
    return {**asdict(chart), "panels": [_panel(panel) for panel in chart.panels]}


def _panel(panel: Panel) -> dict[str, Any]:
    series = [{"name": each.name, "fill": each.colour.fill, "ink": each.colour.ink} for each in panel.series]
    bars = [
        {
            "label": _clipped(bar.label),
            "figure": bar.figure,
            "full": max(bar.full, 1),
            "parts": [{"number": part, "written": f"{part:,}"} for part in bar.parts],
        }
        for bar in panel.bars
    ]
    return {"title": panel.title, "series": series, "bars": bars, "note": panel.note, "beside": panel.beside}


def _clipped(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"


def _told(svg: bytes, chart: Chart) -> bytes:
    """With a title and a description, which screen readers read out."""
    start, rest = svg.split(b">", 1)
    told = (
        f' role="img" aria-labelledby="title description" xml:lang="{chart.language}">'
        f'<title id="title">{_in_xml(chart.title)}</title>'
        f'<desc id="description">{_in_xml(description_of(chart))}</desc>'
    )
    return start + told.encode() + rest


def _in_xml(text: str) -> str:
    """Without characters that XML cannot hold (1.0, section 2.2)."""
    return escape("".join(each for each in text if each >= " " or each in "\n\t"))
