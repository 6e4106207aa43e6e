"""A record's answer as the page that is printed of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from auth.default_matrix import GovernedField
from auth.permissions import Permissions
from domain.clock import SHANGHAI
from domain.codes import HistoryKind
from domain.errors import Message
from domain.members.editing import code_label
from forms.form import Cell, Form, Photo, Row, Signature
from server.printing.layout import LAYOUTS, Layout, PrintedField
from server.printing.questions import is_hidden

WITHHELD = Message("无权查看", "Not for you to see")
_YES, _NO = Message("是", "Yes"), Message("否", "No")
_FILES = Message("{number} 份", "{number} files")
_PHOTO = Message("照片", "Photo")
_CORRECTIONS = Message("信息更正", "Corrections")
_UNIT = Message("填报单位：{name}", "Printed for: {name}")
_FILLED_IN = Message("填表日期：{day:%Y}年{day:%m}月{day:%d}日", "Date: {day:%Y-%m-%d}")
_PRINTED = Message(
    "打印时间：{at:%Y-%m-%d %H:%M}（北京时间）。内含个人信息，请妥善保管。",
    "Printed at {at:%Y-%m-%d %H:%M} (Beijing time). It holds personal data: keep it safe.",
)


@dataclass(frozen=True, slots=True)
class Printing:
    """For whom, and when. `unit`: the name of the reader's organisation; `fields`: what the matrix knows of each."""

    language: str
    at: datetime
    unit: str
    permissions: Permissions
    fields: Mapping[str, GovernedField]

    def say(self, message: Message, **values: object) -> str:
        return message.in_language(self.language).format(**values)

    def form(self, record: Mapping[str, Any], photo: bytes | None) -> Form:
        """`record`: as the question of `server/printing/questions.py` is answered."""
        type_name = record["__typename"]
        layout, at = LAYOUTS[type_name], self.at.astimezone(SHANGHAI)
        return Form(
            language=self.language,
            title=self.say(layout.title),
            left=self.say(_UNIT, name=self.unit),
            right=self.say(_FILLED_IN, day=at),
            photo=self._photo(type_name, photo),
            beside_photo=[[self._cell(field, record) for field in row] for row in layout.beside_photo],
            below=[*([self._cell(field, record) for field in row] for row in layout.below), *self._to_correct(layout)],
            signatures=[Signature(self.say(who), [self.say(line) for line in what]) for who, what in layout.signatures],
            note=self.say(_PRINTED, at=at),
        )

    def title_of(self, record: Mapping[str, Any]) -> str:
        return self.say(LAYOUTS[record["__typename"]].title)

    def _photo(self, type_name: str, content: bytes | None) -> Photo:
        if self.permissions.hides(f"{type_name}.photo"):
            return Photo(None, self.say(WITHHELD))
        return Photo(content, self.say(_PHOTO))

    def _to_correct(self, layout: Layout) -> list[Row]:
        return [[Cell(self.say(_CORRECTIONS), is_tall=True)]] if layout.to_correct else []

    def _cell(self, field: PrintedField, record: Mapping[str, Any]) -> Cell:
        label = _alone(self.say(self.fields[field.uses[0]].label))
        if is_hidden(field.uses, self.permissions):
            return Cell(label, self.say(WITHHELD), is_withheld=True, is_tall=field.is_tall)
        return Cell(label, self._told(field, record), is_tall=field.is_tall)

    def _told(self, field: PrintedField, record: Mapping[str, Any]) -> str:
        """As the answer has it, but with codes and moments as people write them."""
        match record[field.path[0]]:
            case None:
                return ""
            case bool(value):
                return self.say(_YES if value else _NO)
            case list(values):
                return self.say(_FILES, number=len(values))
            case dict(value):
                return _below(value, field.path[1:])
            case value:
                return self._text(field.column, value)

    def _text(self, column: str, value: str | int) -> str:
        if column == "archived_at":
            return f"{datetime.fromisoformat(str(value)).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        label = _kind(str(value)) if column == "kind" else code_label(column, value)
        return str(value) if label is None else _capitalised(self.say(label))


def _alone(label: str) -> str:
    """Without what explains it in the schema."""
    return re.split("[,;:]", label)[0]


def _capitalised(label: str) -> str:
    return label[:1].upper() + label[1:]


def _kind(name: str) -> Message:
    return Message(HistoryKind[name].chinese, HistoryKind[name].english)


def _below(value: dict[str, Any] | None, path: tuple[str, ...]) -> str:
    """The text at the end of the path; empty where it ends before."""
    found: Any = value
    for name in path:
        found = None if found is None else found[name]
    return found or ""
