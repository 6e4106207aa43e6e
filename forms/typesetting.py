"""Forms as PDF, by Typst, as charts are drawn: with fonts of a package alone, the same on every machine.

The file is of the kind that archives keep (PDF/A-2u, ISO 19005-2): it holds its fonts, and its text can be read out.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import orjson

from forms.form import Form, Photo, Row

_TEMPLATE = Path(__file__).with_name("form.typ")
_BREAK = "\u200b"
"""Zero width space: a line may end here."""
_UNBROKEN = re.compile(r"[^\s\u200b\u3400-\u9fff\U00020000-\U0003ffff]+")
"""Lines end between any two Chinese characters and at spaces, but not before a comma."""
_FAR_TOO_LONG = re.compile(_UNBROKEN.pattern.removesuffix("+") + "{25,}")
_ARCHIVED: Final = "a-2u"


def as_json(forms: Sequence[Form]) -> bytes:
    """What `typeset` takes, in whatever process."""
    return orjson.dumps([_as_data(form) for form in forms])


def typeset(forms: bytes) -> bytes:
    """One page for each, whatever stands in them; at least one."""
    from pylopdf_fonts_zh_cn import sans_path  # noqa: PLC0415 # whoever prints no form loads none of it
    from typst import Compiler  # noqa: PLC0415

    compiler = Compiler(root=str(_TEMPLATE.parent), font_paths=[str(sans_path().parent)], ignore_system_fonts=True)
    inputs = {"forms": forms.decode()}
    printed = compiler.compile(
        input=_TEMPLATE.read_bytes(), format="pdf", sys_inputs=inputs, pdf_standards=[_ARCHIVED], pdf_tags=False
    )
    if not isinstance(printed, bytes):
        raise TypeError("a PDF is one file")
    return printed


def _as_data(form: Form) -> dict[str, Any]:
    return {
        **asdict(form),
        "left": _words(form.left),
        "note": _words(form.note),
        "photo": {"picture": _picture(form.photo), "instead": form.photo.instead},
        "beside_photo": [_row(row) for row in form.beside_photo],
        "below": [_row(row) for row in form.below],
    }


def _row(row: Row) -> list[dict[str, Any]]:
    return [{**asdict(cell), "label": _words(cell.label), "value": _words(cell.value)} for cell in row]


def _words(text: str) -> dict[str, Any]:
    """`runs`: all parts within which no line ends, which are to be narrow enough. Python finds them twice as fast."""
    breakable = _FAR_TOO_LONG.sub(lambda found: _BREAK.join(found[0]), text)
    return {"text": breakable, "runs": _UNBROKEN.findall(breakable)}


def _picture(photo: Photo) -> str | None:
    """The template is given text alone, and SVG is text that can hold a picture. It is not decoded on the way."""
    if photo.content is None:
        return None
    held = b64encode(photo.content).decode()
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="120" height="168">'
        f'<image width="120" height="168" href="data:image/jpeg;base64,{held}"/></svg>'
    )
