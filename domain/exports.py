"""导出: the result of a query as a file: what is kept of it, and within which bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.codes import ExportState, QuerySubject
from domain.errors import Message, Problem
from domain.filter_telling import told_filter
from domain.filtering import Filter
from domain.lookups import bounded_filter
from domain.pages import OrderTerm
from domain.texts import camel_case

UNDER_WAY = (ExportState.QUEUED, ExportState.RUNNING)
MOST_BEGUN = 5
"""So often is an export begun whose worker is lost, before it is given up."""
MOST_KEPT = 100
"""Of one person, not yet expired."""


@dataclass(frozen=True, slots=True)
class ExportBounds:
    """`direct_rows`: up to so many are written when they are downloaded, more by a job. `at_once`: so many jobs of one
    person may be under way. `kept_for`: after that nothing can be downloaded any more."""

    direct_rows: int = 10_000
    at_once: int = 3
    kept_for: timedelta = timedelta(hours=24)


class ExportRecord(NamedTuple):
    """导出. `question` is sealed; `masked` are the fields that its file shows masked."""

    id: int
    requested_by: str
    role: str
    organization_id: int
    scope: str
    subject: str
    format: str
    language: str
    question: str
    is_job: bool
    state: str
    begun: int
    rows_done: int
    rows_total: int
    size: int | None
    object_key: str | None
    masked: Sequence[str]
    failure: str | None
    requested_at: datetime
    ended_at: datetime | None
    expires_at: datetime

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def progress(self) -> tuple[bool, int, int]:
        """Grows with everything that becomes of it."""
        return not self.is_under_way, self.begun, self.rows_done

    @property
    def percent(self) -> int:
        """100 means that it can be downloaded, or that there was nothing to write."""
        if self.state == ExportState.READY:
            return 100
        return min(99, self.rows_done * 100 // self.rows_total) if self.rows_total else 0


@dataclass(frozen=True, slots=True)
class ExportQuestion:
    """What is exported, with its filter as the caller wrote it."""

    subject: QuerySubject
    where: Filter | None
    order: tuple[OrderTerm, ...]
    columns: tuple[str, ...]

    @property
    def field(self) -> str:
        return camel_case(self.subject.value.lower())

    def told(self) -> dict[str, Any]:
        """As JSON, with personal values masked."""
        told: dict[str, Any] = {"field": self.field, "columns": [camel_case(name) for name in self.columns]}
        if self.where is not None:
            told["filter"] = bounded_filter(told_filter(self.where))
        if self.order:
            told["order"] = [f"{'-' if term.descending else ''}{camel_case(term.field)}" for term in self.order]
        return told


LABELS_OF_FLAGS: Mapping[bool, Message] = {True: Message("是", "yes"), False: Message("否", "no")}

EXPORT_ENDED = Problem("EXPORT_ENDED", Message("该导出已经结束。", "This export has come to its end already."), ("id",))
NO_COLUMNS = Problem(
    "NO_COLUMNS",
    Message("请至少选择一列。", "Choose one column at least."),
    ("columns",),
)
TOO_MANY_KEPT = Problem(
    "TOO_MANY_EXPORTS",
    Message(
        f"您有 {MOST_KEPT} 个导出尚未过期，请稍后再导出。",
        f"You have {MOST_KEPT} exports that have not expired yet. Export again later.",
    ),
)


def too_many_under_way(most: int) -> Problem:
    return Problem(
        "EXPORTS_RUNNING",
        Message(
            f"您已有 {most} 个导出正在进行：请等待完成，或先取消。",
            f"You have {most} exports under way: wait for the end of one, or cancel it.",
        ),
    )
