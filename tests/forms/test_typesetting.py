"""Typesetting: one page for each form, on which everything stands in its place, however much of it there is."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from pypdfium2 import PdfPage

from forms import typesetting
from forms.form import Form, Photo
from forms.typesetting import as_json, typeset
from tests.forms.samples import (
    FORM,
    POINTS_PER_MM,
    characters,
    differing_dots,
    fonts_on,
    pages_of,
    picture_of,
    pictures_on,
    portrait,
    squeezed,
    text_of,
    texts_of,
    with_address,
    with_name,
)

REFERENCE = Path(__file__).with_name("reference.png")
FEW_DOTS = 300
"""Less than a line across the page has."""


def printed(*forms: Form) -> bytes:
    return typeset(as_json(forms))


def test_the_page_looks_as_it_should(tmp_path: Path) -> None:
    """After a change that is meant, look at the new picture, and put it in the place of the old one."""
    [page] = pages_of(printed(FORM))
    picture_of(page).save(tmp_path / "printed.png")
    with Image.open(REFERENCE) as reference:
        assert differing_dots(picture_of(page), reference) < FEW_DOTS, f"see {tmp_path / 'printed.png'}"


@pytest.mark.parametrize(
    ("place", "moved"),
    [
        ("#let row-height = 11.6mm", "#let row-height = 12mm"),
        ("#let label-width = 28mm", "#let label-width = 29.2mm"),
        ("#let photo-width = 42mm", "#let photo-width = 46mm"),
        ("#let largest = 10.5pt", "#let largest = 9.5pt"),
    ],
)
def test_a_cell_that_has_moved_is_seen(place: str, moved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template = typesetting._TEMPLATE.read_text(encoding="utf-8")
    assert place in template
    changed = tmp_path / "form.typ"
    changed.write_text(template.replace(place, moved), encoding="utf-8")
    monkeypatch.setattr(typesetting, "_TEMPLATE", changed)
    [page] = pages_of(printed(FORM))
    with Image.open(REFERENCE) as reference:
        assert differing_dots(picture_of(page), reference) > FEW_DOTS


def test_it_is_one_page_of_a4_with_all_its_words() -> None:
    [page] = pages_of(printed(FORM))
    assert page.get_size() == pytest.approx((210 * POINTS_PER_MM, 297 * POINTS_PER_MM), abs=0.1)
    said = text_of(page)
    cells = [cell for row in (*FORM.beside_photo, *FORM.below) for cell in row]
    for words in (FORM.title, FORM.left, FORM.right, FORM.note, *(f"{each.label}{each.value}" for each in cells)):
        assert squeezed(words) in said


LONGEST = [
    "国" * 200,
    "W" * 200,
    "ab " * 66,
    "山东省济南市历下区文化东路88号3单元501室，" * 9,
    "·" * 200,
    "ÅÄÖ" * 66,
    "，" * 200,
]


@pytest.mark.parametrize("address", LONGEST)
def test_the_longest_address_stays_in_its_cell(address: str) -> None:
    [page] = pages_of(printed(with_address(address)))
    assert squeezed(address) in text_of(page)
    top = middle_of("家庭住址", page) + 13.4 / 2 * POINTS_PER_MM
    lines = [
        box for each, box in characters(page) if box[0] > 46 * POINTS_PER_MM and top - 38 < box[1] and box[3] < top
    ]
    assert len(lines) >= len(squeezed(address))
    assert max(right for _, _, right, _ in lines) <= 192 * POINTS_PER_MM
    assert {each for each, box in characters(page) if box[2] > 192.2 * POINTS_PER_MM} == set()


def middle_of(words: str, page: PdfPage) -> float:
    """Of the line that says them."""
    found = list(characters(page))
    said = "".join(each for each, _ in found)
    _, bottom, _, top = found[said.index(words)][1]
    return (bottom + top) / 2


@pytest.mark.parametrize("name", ["国" * 50, "W" * 50, "买买提·" * 12, "A b" * 16])
def test_the_longest_name_stays_in_its_cell(name: str) -> None:
    [page] = pages_of(printed(with_name(name)))
    said = [(each, box) for each, box in characters(page) if 46 < box[0] / POINTS_PER_MM < 88.9]
    middle = middle_of("姓名", page)
    of_name = [box for _, box in said if abs(box[1] - middle) < 5.8 * POINTS_PER_MM]
    assert len(of_name) == len(squeezed(name))
    assert max(right for _, _, right, _ in of_name) < 89 * POINTS_PER_MM


def test_an_empty_form_is_a_page_to_be_filled_in_by_hand() -> None:
    empty = replace(
        FORM,
        photo=Photo(None, "照片"),
        beside_photo=[[replace(cell, value="") for cell in row] for row in FORM.beside_photo],
        below=[[replace(cell, value="") for cell in row] for row in FORM.below],
    )
    [page] = pages_of(printed(empty))
    assert "姓名性别民族出生日期公民身份证号年龄" in text_of(page)
    assert "照片" in text_of(page)
    assert "男" not in text_of(page)
    assert pictures_on(page) == []


def test_each_form_has_a_page_of_its_own_in_order() -> None:
    names = ["赵一", "钱二", "孙三"]
    said = texts_of(printed(*map(with_name, names)))
    assert [[name for name in names if name in page] for page in said] == [["赵一"], ["钱二"], ["孙三"]]


def test_the_fonts_are_in_the_file() -> None:
    [page] = pages_of(printed(FORM))
    fonts = fonts_on(page)
    assert {name.partition("+")[2].partition("-")[0] for name, _ in fonts} == {"NotoSansSC", "NotoSerifSC"}
    assert all(is_embedded for _, is_embedded in fonts)


def test_it_is_a_file_for_archives() -> None:
    assert b"<pdfaid:part>2</pdfaid:part>" in printed(FORM)
    assert b"<pdfaid:conformance>U</pdfaid:conformance>" in printed(FORM)


def test_the_photo_is_the_one_that_was_given_unchanged() -> None:
    pdf = printed(FORM)
    assert portrait() in pdf
    [page] = pages_of(pdf)
    [picture] = pictures_on(page)
    assert picture.size == (120, 168)


def test_what_is_said_is_text_whatever_stands_in_it() -> None:
    name = '#panic("x") *a* $x$ \\u{41} <b> ]]>&amp; `c`'
    [page] = pages_of(printed(with_name(name)))
    assert squeezed(name) in text_of(page)


def test_the_same_form_is_the_same_picture_with_no_fonts_of_the_machine() -> None:
    one, other = (picture_of(pages_of(printed(FORM))[0]) for _ in range(2))
    assert differing_dots(one, other) == 0
