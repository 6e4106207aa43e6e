"""常用查询的内容: what a saved query asks, given back and asked again by whoever may."""

from typing import Any, cast

from auth.visibility import FieldUse
from domain.codes import QuerySubject
from domain.errors import CallerError, Problem
from domain.saved_queries import SavedQueryRecord
from resolvers.export_rows import AskedExport, require_columns
from resolvers.paging import PageArguments
from resolvers.saved_queries import may_show_question, question_of
from schema.asked_again import AskedAgain, OutdatedQuestionError, Question, asked_again, uses_of_question
from schema.info import Info, core_info
from schema.scalars import Json

_WHOLE = PageArguments()
"""Where no page is asked for."""


def asked_by(saved: SavedQueryRecord, info: Info, page: PageArguments = _WHOLE) -> AskedExport:
    """As the caller may ask it. CallerError: OutdatedQuestionError, or what the caller may not use."""
    again = _again(info, saved, question_of(info.context, saved), page)
    info.context.permissions.require(again.uses)
    require_columns(info.context, again.export)
    return again.export


def problems_of(saved: SavedQueryRecord, info: Info) -> list[Problem]:
    """Why it cannot be run; whether the organisations in it lie in the caller's scope shows when it is run."""
    try:
        asked_by(saved, info)
    except OutdatedQuestionError as outdated:
        return list(outdated.problems)
    except CallerError as error:
        return [error.problem]
    return []


def part_of_question(saved: SavedQueryRecord, info: Info, part: str) -> Json | None:
    """None when it asks nothing of that kind, and to whoever may not be shown it."""
    try:
        question = question_of(info.context, saved)
    except CallerError:
        return None
    if not may_show_question(info.context, saved, _uses(info, saved, question)):
        return None
    return cast("Json | None", question.get(part))


def _uses(info: Info, saved: SavedQueryRecord, question: Question) -> frozenset[FieldUse]:
    """Also of one that does not fit any more, whose owner is to mend it."""
    return uses_of_question(core_info(info).schema, QuerySubject[saved.subject], question)


def _again(info: Info, saved: SavedQueryRecord, question: Any, page: PageArguments) -> AskedAgain:
    return asked_again(core_info(info).schema, QuerySubject[saved.subject], question, page)
