"""校验结果: reading what checks have found, within a scope and of those rules that the reader may know of."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select

from domain.filtering import Filter
from domain.pages import Page, PageRequest
from domain.validation import ResultRecord
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import ValidationResult
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of

_COLUMNS: tuple[Any, ...] = tuple(getattr(ValidationResult, name) for name in ResultRecord._fields)
_AS_IN_THE_TREE = tuple(
    SortKey(column, descending=False, missing_first=False)
    for column in (ValidationResult.org_path, ValidationResult.member_id, ValidationResult.rule)
)


async def page_of_results(
    database: Database, scope: str, rules: Collection[str], where: Filter | None, request: PageRequest
) -> Page[ResultRecord]:
    """As members stand in the tree."""
    found = select(*_COLUMNS).where(*_conditions(scope, rules, where))
    rows = await database.rows(page_statement(found, _AS_IN_THE_TREE, walk_of(_AS_IN_THE_TREE, request)))
    return page_of([ResultRecord._make(row) for row in rows], _AS_IN_THE_TREE, request)


async def count_results(database: Database, scope: str, rules: Collection[str], where: Filter | None) -> int:
    counted = select(func.count()).select_from(ValidationResult)
    return await database.number(counted.where(*_conditions(scope, rules, where)))


async def results_of_members(
    database: Database, scope: str, rules: Collection[str], member_ids: Sequence[int]
) -> Mapping[int, Sequence[ResultRecord]]:
    """Of those members that have any."""
    of_these = one_of(ValidationResult.member_id, member_ids)
    rows = await database.rows(select(*_COLUMNS).where(of_these, *_conditions(scope, rules, None)))
    found: dict[int, list[ResultRecord]] = {}
    for record in map(ResultRecord._make, rows):
        found.setdefault(record.member_id, []).append(record)
    return found


def _conditions(scope: str, rules: Collection[str], where: Filter | None) -> list[ColumnElement[bool]]:
    visible = [subtree(ValidationResult.org_path, scope), one_of(ValidationResult.rule, rules)]
    return visible if where is None else [*visible, compiled(where, ValidationResult)]
