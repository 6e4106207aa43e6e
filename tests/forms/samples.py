"""Forms to print in tests, and what a reader finds on the pages."""

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from forms.form import Cell, Form, Photo, Signature

POINTS_PER_MM = 72 / 25.4


def portrait(colour: str = "#3f6ea3") -> bytes:
    written = BytesIO()
    Image.new("RGB", (120, 168), colour).save(written, "JPEG")
    return written.getvalue()


FORM = Form(
    language="zh",
    title="党员信息采集表",
    left="填报单位：中共某县委员会",
    right="填表日期：2026年11月29日",
    photo=Photo(portrait(), "照片"),
    beside_photo=[
        [Cell("姓名", "王建国"), Cell("性别", "男")],
        [Cell("民族", "汉族"), Cell("出生日期", "1970-01-31")],
        [Cell("公民身份证号", "370102197001311234"), Cell("年龄", "56")],
        [Cell("学历", "大学本科"), Cell("工作岗位", "事业单位专业技术人员")],
        [Cell("人员类别", "正式党员"), Cell("党籍状态", "正常")],
    ],
    below=[
        [Cell("加入党组织日期", "1995-07-01"), Cell("转正日期", "1996-07-01")],
        [Cell("联系电话", "无权查看", is_withheld=True), Cell("认证状态", "已认证")],
        [Cell("家庭住址", "山东省济南市历下区文化东路88号")],
        [Cell("所在党支部", "中共某县某镇第一社区支部委员会")],
        [Cell("信息更正", is_tall=True)],
    ],
    signatures=[Signature("本人签名", ["年　　月　　日"]), Signature("党支部意见", ["（盖章）", "年　　月　　日"])],
    note="打印时间：2026-11-29 12:00（北京时间）",
)


def with_address(address: str) -> Form:
    """In the third row below the photo, which it has to itself."""
    below = [*FORM.below[:2], [Cell("家庭住址", address)], *FORM.below[3:]]
    return replace(FORM, below=below)


def with_name(name: str) -> Form:
    return replace(FORM, beside_photo=[[Cell("姓名", name), Cell("性别", "男")], *FORM.beside_photo[1:]])


def pages_of(pdf: bytes) -> list[pypdfium2.PdfPage]:
    document = pypdfium2.PdfDocument(pdf)
    return [document[number] for number in range(len(document))]


def text_of(page: pypdfium2.PdfPage) -> str:
    """Without spaces, and without the ends of lines."""
    return squeezed(page.get_textpage().get_text_range())


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\ufffe\x02]+", "", text)


def characters(page: pypdfium2.PdfPage) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Each with its box: left, bottom, right, top, in points from the bottom left."""
    words = page.get_textpage()
    for place in range(words.count_chars()):
        character = words.get_text_range(place, 1)
        if squeezed(character):
            yield character, words.get_charbox(place)


def pictures_on(page: pypdfium2.PdfPage) -> list[Image.Image]:
    return [each.get_bitmap().to_pil() for each in page.get_objects([raw.FPDF_PAGEOBJ_IMAGE], max_depth=8)]


def fonts_on(page: pypdfium2.PdfPage) -> set[tuple[str, bool]]:
    """Name, and whether it is in the file."""
    return {_font(each.raw) for each in page.get_objects([raw.FPDF_PAGEOBJ_TEXT], max_depth=8)}


def _font(text: object) -> tuple[str, bool]:
    font = raw.FPDFTextObj_GetFont(text)
    name = ctypes.create_string_buffer(200)
    raw.FPDFFont_GetBaseFontName(font, name, 200)
    return name.value.decode(), raw.FPDFFont_GetIsEmbedded(font) == 1


def picture_of(page: pypdfium2.PdfPage) -> Image.Image:
    """72 dots an inch, in grey."""
    picture: Image.Image = page.render(scale=1).to_pil().convert("L")
    return picture


def differing_dots(one: Image.Image, other: Image.Image) -> int:
    """Those that are clearly lighter or darker; edges of letters may differ a little."""
    assert one.size == other.size
    return sum(abs(a - b) > 96 for a, b in zip(one.tobytes(), other.tobytes(), strict=True))


def texts_of(pdf: bytes) -> Sequence[str]:
    return [text_of(page) for page in pages_of(pdf)]
