"""导入报告: what an import says on the screen, or as JSON to another program."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from domain.errors import Message
from sheets.row_errors import RowError, RowErrors


def language_of_the_terminal() -> str:
    """`zh` in a Chinese locale, else `en`."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


_MEMBERS = Message("名党员", "Members")


@dataclass(frozen=True)
class ImportReport:
    """Results go to standard output, everything else to standard error. With `as_json` only one object is written."""

    as_json: bool
    what: Message = _MEMBERS
    language: str = field(default_factory=language_of_the_terminal)
    _screen: Console = field(default_factory=lambda: Console(stderr=True))

    @contextmanager
    def progress(self) -> Iterator["ShownProgress"]:
        """A bar while the work goes on, if somebody is looking."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
        is_hidden = self.as_json or not self._screen.is_terminal
        with Progress(*columns, console=self._screen, transient=True, disable=is_hidden) as bars:
            yield ShownProgress(bars, self.language)

    def saved(self, rows: int) -> None:
        self._succeed(
            rows, rows, Message(f"已导入 {rows} {self.what.chinese}。", f"{self.what.english} imported: {rows}.")
        )

    def checked(self, rows: int) -> None:
        sentence = Message(
            f"校验通过，可导入 {rows} {self.what.chinese}；未保存任何数据（--dry-run）。",
            f"No errors. {self.what.english} that can be imported: {rows}. Nothing was saved (--dry-run).",
        )
        self._succeed(rows, 0, sentence)

    def refused(self, rows: int, errors: RowErrors, errors_file: Path | None) -> None:
        """Some rows have errors."""
        if self.as_json:
            self._write_json(rows=rows, saved=0, error_count=errors.count, errors=errors.first)
            return
        for error in sorted(errors.first, key=_row):
            self._say(_sentence(error))
        self._say(_counted(rows, errors, errors_file))

    def failed(self, code: str, sentence: Message) -> None:
        """Something is wrong with all of it, not with rows."""
        if self.as_json:
            document = {"rows": 0, "saved": 0, "failure": {"code": code, "message": _both(sentence)}}
            sys.stdout.write(orjson.dumps(document).decode() + "\n")
        else:
            self._say(sentence)

    def _succeed(self, rows: int, saved: int, sentence: Message) -> None:
        if self.as_json:
            self._write_json(rows=rows, saved=saved, error_count=0, errors=[])
        else:
            sys.stdout.write(sentence.in_language(self.language) + "\n")

    def _say(self, sentence: Message) -> None:
        self._screen.print(Text(sentence.in_language(self.language)), soft_wrap=True)

    def _write_json(self, *, rows: int, saved: int, error_count: int, errors: list[RowError]) -> None:
        in_order = [_error_document(error) for error in sorted(errors, key=_row)]
        document = {"rows": rows, "saved": saved, "errorCount": error_count, "errors": in_order}
        sys.stdout.write(orjson.dumps(document).decode() + "\n")


@dataclass(frozen=True)
class ShownProgress:
    """One bar for each thing that is done."""

    bars: Progress
    language: str

    def __call__(self, doing: Message, fraction: float) -> None:
        description = doing.in_language(self.language)
        known = [task.id for task in self.bars.tasks if task.description == description]
        task = known[0] if known else self.bars.add_task(description, total=1.0)
        self.bars.update(task, completed=fraction)


def _row(error: RowError) -> int:
    return error.row


def _sentence(error: RowError) -> Message:
    code, message = error.problem.code, error.problem.message
    return Message(
        f"第{error.row}行  {error.column}  {code}  {message.chinese}",
        f"row {error.row}  {error.column}  {code}  {message.english}",
    )


def _both(message: Message) -> dict[str, str]:
    return {"zh": message.chinese, "en": message.english}


def _error_document(error: RowError) -> dict[str, object]:
    problem = error.problem
    return {
        "row": error.row,
        "column": error.column,
        "field": error.field,
        "code": problem.code,
        "message": _both(problem.message),
    }


def _counted(rows: int, errors: RowErrors, errors_file: Path | None) -> Message:
    shown = len(errors.first)
    rest_chinese = rest_english = ""
    if errors_file is not None:
        rest_chinese, rest_english = f"全部错误见 {errors_file}。", f" All of them are in {errors_file}."
    elif errors.count > shown:
        rest_chinese = f"以上为前 {shown} 个，用 --errors 文件名 可得到全部。"
        rest_english = f" Shown are the first {shown}; --errors FILE writes all of them."
    return Message(
        f"共 {rows} 行，{errors.count} 个错误，未保存任何数据。{rest_chinese}",
        f"Errors: {errors.count}; rows: {rows}. Nothing was saved.{rest_english}",
    )
