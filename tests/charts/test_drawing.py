"""Drawing: what a picture shows can be read, however much or little there is of it."""

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PIL import Image, ImageFont
from pylopdf_fonts_zh_cn import sans_path

from charts.chart import APART, OTHERS, PLAIN, Bar, Chart, Panel, Series, description_of
from charts.drawing import draw
from domain.codes import ChartFormat, StatisticsDimension
from domain.statistics import DIMENSIONS
from domain.synthetic.province import Province
from tests.conftest import DAY

SVG = "{http://www.w3.org/2000/svg}"
TRACK = 468.0
ONE = (Series("", PLAIN),)
SEVERAL = tuple(Series(f"第{number}类", colour) for number, colour in enumerate((*APART, OTHERS), 1))


def chart(*panels: Panel, empty: str = "", title: str = "中共济南市委员会 · 党员统计") -> Chart:
    return Chart("zh", title, ("统计时间：2026-11-25 16:37（北京时间）",), panels, empty)


def of_parts(*parts: Sequence[int], series: Sequence[Series] = ONE, full: int = 100) -> Panel:
    return Panel("性别", series, [Bar(f"第{n}支部", each, full, f"{sum(each):,}") for n, each in enumerate(parts)])


def drawn(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(draw(chart, ChartFormat.SVG))  # noqa: S314 # written by the code under test


def widths(picture: ElementTree.Element, fill: str) -> list[float]:
    """Of the rectangles of that colour, from the top down."""
    paths = [path.get("d", "") for path in picture.iter(f"{SVG}path") if path.get("fill") == fill]
    return [max(float(x) for x in re.findall(r"[HhLl] ?(-?[\d.]+)", path)) for path in paths]


def height(picture: ElementTree.Element) -> float:
    return float(picture.get("height", "").removesuffix("pt"))


def test_bars_are_as_long_as_their_numbers() -> None:
    found = widths(drawn(chart(of_parts([100], [25], [1], [0]))), PLAIN.fill)
    assert found == [pytest.approx(TRACK), pytest.approx(TRACK / 4), pytest.approx(TRACK / 100)]


def test_what_is_hardly_there_can_still_be_seen() -> None:
    assert widths(drawn(chart(of_parts([1], full=7_000_000))), PLAIN.fill) == [pytest.approx(1.2)]


def test_parts_of_a_bar_have_the_colours_of_the_legend() -> None:
    picture = drawn(chart(of_parts([10, 20, 30], series=SEVERAL[:3], full=60)))
    for place, series in enumerate(SEVERAL[:3], 1):
        assert widths(picture, series.colour.fill) == [pytest.approx(9), pytest.approx(TRACK * place / 6)]


def test_bars_beside_each_other_are_drawn_each_by_itself() -> None:
    panel = Panel("校验", SEVERAL[:2], [Bar("第一支部", [50, 100], 100, "")], beside=True)
    picture = drawn(chart(panel))
    assert widths(picture, APART[0].fill)[-1] == pytest.approx(TRACK / 2)
    assert widths(picture, APART[1].fill)[-1] == pytest.approx(TRACK)


def test_every_bar_has_its_own_height_and_all_of_it_is_on_the_page() -> None:
    few, many = (height(drawn(chart(of_parts(*([1],) * number)))) for number in (2, 60))
    assert (many - few) / 58 == pytest.approx(17, abs=4)


def test_a_label_that_is_far_too_long_is_cut_in_the_picture_and_told_in_full() -> None:
    name = "中共" + "很长的名字" * 100
    long = chart(Panel("性别", ONE, [Bar(name, [1], 1, "1")]))
    assert height(drawn(long)) < height(drawn(chart(of_parts([1])))) + 40
    assert name in description_of(long)


def test_nothing_says_why() -> None:
    some, none = (drawn(chart(empty=empty)) for empty in ("没有党员", ""))
    assert height(some) > height(none)
    assert (some.findtext(f"{SVG}desc") or "").endswith("没有党员")


def test_names_are_text_whatever_stands_in_them() -> None:
    name = '#panic("x") *a* $x$ <svg onload="y"> \\u{41} ]]>&amp;\x01\x0b'
    picture = drawn(chart(Panel(name, ONE, [Bar(name, [1], 1, name)]), title=name))
    assert picture.findtext(f"{SVG}title") == name[:-2]
    assert not [each for each in picture.iter() if each.tag.endswith("script") or "onload" in each.attrib]


def test_as_png_it_has_the_same_proportions_and_colours() -> None:
    one = chart(of_parts([100]))
    with Image.open(BytesIO(draw(one, ChartFormat.PNG))) as picture:
        assert picture.width == 1800
        assert picture.height == pytest.approx(height(drawn(one)) * 2, abs=1)
        colours = {colour for _, colour in picture.convert("RGB").getcolors(1_000_000) or ()}
    assert tuple(bytes.fromhex(PLAIN.fill[1:])) in colours


def words() -> Iterator[str]:
    """What stands in charts: in the code that words them, on buckets, and in names of organisations."""
    for path in Path("server/charting").glob("*.py"):
        yield path.read_text(encoding="utf-8")
    for dimension in StatisticsDimension:
        yield dimension.chinese
        yield from (bucket.label.chinese for bucket in DIMENSIONS[dimension].buckets)
    yield from (planned.record.name for planned in Province(2_000, seed=1, day=DAY).organizations())
    yield "赟旻昇珺喆堃淼骉犇婠"


def test_no_character_is_an_empty_box() -> None:
    font = ImageFont.truetype(str(sans_path()), 32)
    box = bytes(font.getmask("\U000f0000"))
    missing = {each for text in words() for each in text if each > " " and bytes(font.getmask(each)) == box}
    assert missing == set()


def test_a_server_starts_without_what_only_charts_need() -> None:
    loaded = "import sys, server.app; print([name for name in ('typst', 'pylopdf_fonts_zh_cn') if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", loaded], check=True, capture_output=True, text=True).stdout == "[]\n"


def test_each_character_has_an_outline_of_its_own() -> None:
    def outlines(title: str) -> set[str]:
        picture = drawn(chart(of_parts([1]), title=title))
        return {path.get("d", "") for symbol in picture.iter(f"{SVG}symbol") for path in symbol}

    assert len(outlines("党员赟旻") - outlines("")) == 4
