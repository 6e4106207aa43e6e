"""查询记录: what an operation looked up, as its entry in the audit log tells it.

The resolvers note each question with how many records it gave or counted. Equal questions, such as those of one field
of many objects, are one line; a document with more lines than an entry may have is told by fields alone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

import orjson

from domain.codes import AuditKind, StatisticsDimension
from domain.filter_telling import told_filter
from domain.filtering import Filter
from domain.masking import MASKS
from domain.pages import OrderTerm, PageRequest
from domain.reach import Reach
from domain.texts import camel_case

MOST_LINES = 100
MOST_IDS = 100
LONGEST_FILTER = 8_192
"""Bytes of JSON."""


class Question(Protocol):
    """What was asked. Equal questions are equal values."""

    @property
    def kind(self) -> AuditKind: ...

    @property
    def field(self) -> str:
        """Which field of the schema asked it."""

    def told(self) -> dict[str, Any]:
        """As JSON, with personal values masked."""


class Sought(StrEnum):
    """The fields that look members up, and what is downloaded of them."""

    MEMBER = "member"
    MEMBERS = "members"
    MEMBERS_OF_ORGANIZATION = "organization.members"
    ATTACHMENTS = "member.attachments"
    HISTORY_MEMBER = "historyMember"
    HISTORY_MEMBERS = "historyMembers"
    MEMBER_ACCOUNT = "member.account"
    HISTORY_MEMBER_ACCOUNT = "historyMember.account"
    HISTORY_ATTACHMENTS = "historyMember.attachments"
    FILE = "files"
    PHOTO = "member.photo"
    HISTORY_PHOTO = "historyMember.photo"
    RESULTS = "validationResults"
    RESULTS_OF_MEMBER = "member.validationResults"
    QUALITY_REPORT = "qualityReport"
    SPECIAL_CHECK = "specialCheck"
    CHANGES = "changes"
    SNAPSHOT = "memberSnapshot"


@dataclass(frozen=True, slots=True)
class ArchiveQuestion:
    """档案查询: a question about members, with its filter as the caller wrote it."""

    field: Sought
    where: Filter | None = None
    order: tuple[OrderTerm, ...] = ()
    page: PageRequest | None = None
    reach: Reach | None = None

    @property
    def kind(self) -> AuditKind:
        return AuditKind.ARCHIVE_LOOKUP

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"field": self.field.value}
        if self.reach is not None:
            told["reach"] = self.reach.value
        if self.where is not None:
            told["filter"] = bounded_filter(told_filter(self.where))
        if self.order:
            told["order"] = [f"{'-' if term.descending else ''}{camel_case(term.field)}" for term in self.order]
        return told if self.page is None else {**told, **told_page(self.page)}


class Counted(StrEnum):
    """The fields that tell numbers of members by something of theirs."""

    MEMBERS = "memberStatistics"
    REGISTRATIONS = "registrationStatistics"


@dataclass(frozen=True, slots=True)
class StatisticsQuestion:
    """统计: how many members there are, by how many dimensions ever, with the filter as the caller wrote it."""

    field: Counted
    dimensions: tuple[StatisticsDimension, ...] = ()
    where: Filter | None = None

    @property
    def kind(self) -> AuditKind:
        return AuditKind.ARCHIVE_LOOKUP

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"field": self.field.value}
        if self.dimensions:
            told["by"] = [dimension.value for dimension in self.dimensions]
        return told if self.where is None else {**told, "filter": bounded_filter(told_filter(self.where))}


@dataclass(frozen=True, slots=True)
class PhoneQuestion:
    """注册手机号检索: who holds a phone number."""

    phone: str

    @property
    def kind(self) -> AuditKind:
        return AuditKind.PHONE_LOOKUP

    @property
    def field(self) -> str:
        return "phoneHolders"

    def told(self) -> dict[str, Any]:
        return {"field": self.field, "phone": MASKS["phone"](self.phone)}


class SoughtInLog(StrEnum):
    """The fields that read the audit log."""

    ENTRIES = "auditEntries"
    VERIFICATION = "auditVerification"


@dataclass(frozen=True, slots=True)
class AuditQuestion:
    """审计查询: a question about the audit log, with its filter as the caller wrote it."""

    field: SoughtInLog
    where: Filter | None = None
    page: PageRequest | None = None

    @property
    def kind(self) -> AuditKind:
        return AuditKind.AUDIT_LOOKUP

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {"field": self.field.value}
        if self.where is not None:
            told["filter"] = bounded_filter(told_filter(self.where))
        return told if self.page is None else {**told, **told_page(self.page)}


def told_page(page: PageRequest) -> dict[str, Any]:
    """A cursor holds values of the record where it stands, so that it is said only that there was one."""
    size = {"last" if page.backward else "first": page.limit}
    return {**size, "fromCursor": True} if page.after is not None or page.before is not None else size


def bounded_filter(told: dict[str, Any]) -> dict[str, Any]:
    """A filter that is too long to be kept is known again by its fingerprint."""
    text = orjson.dumps(told)
    if len(text) <= LONGEST_FILTER:
        return told
    return {"tooLong": len(text), "sha256": sha256(text).hexdigest()}


@dataclass(slots=True)
class _Line:
    """How often a question was asked and what it gave. `of` are the records that it was about."""

    times: int = 0
    returned: int | None = None
    counted: int | None = None
    of: set[int] = field(default_factory=set)

    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.times > 1:
            told["times"] = self.times
        if self.of:
            told |= {"ids": sorted(self.of)} if len(self.of) <= MOST_IDS else {"idCount": len(self.of)}
        told |= {} if self.returned is None else {"returned": self.returned}
        return told if self.counted is None else {**told, "counted": self.counted}


class Journal:
    """What one operation looked up."""

    __slots__ = ("_lines",)

    def __init__(self) -> None:
        self._lines: dict[Question, _Line] = {}

    @property
    def is_empty(self) -> bool:
        return not self._lines

    def returned(self, question: Question, records: int, of: Sequence[int] = ()) -> None:
        """`of`: the ids that the question was asked about."""
        line = self._line(question, of)
        line.returned = (line.returned or 0) + records

    def counted(self, question: Question, number: int, of: Sequence[int] = ()) -> None:
        line = self._line(question, of)
        line.counted = (line.counted or 0) + number

    def _line(self, question: Question, of: Sequence[int]) -> _Line:
        line = self._lines.get(question)
        if line is None:
            line = self._lines[question] = _Line()
        line.times += 1
        line.of.update(of)
        return line

    def told(self) -> Iterator[tuple[AuditKind, list[dict[str, Any]]]]:
        """For each kind of entry its lines."""
        for kind in dict.fromkeys(question.kind for question in self._lines):
            lines = {question: line for question, line in self._lines.items() if question.kind is kind}
            if len(lines) > MOST_LINES:
                yield kind, _by_field(lines)
            else:
                yield kind, [{**question.told(), **line.told()} for question, line in lines.items()]


def _by_field(lines: dict[Question, _Line]) -> list[dict[str, Any]]:
    """Sums without filters."""
    sums: dict[str, dict[str, Any]] = {}
    for question, line in lines.items():
        told = sums.setdefault(question.field, {"field": str(question.field), "questions": 0})
        told["questions"] += 1
        for name, number in (("returned", line.returned), ("counted", line.counted)):
            if number is not None:
                told[name] = told.get(name, 0) + number
    return list(sums.values())
