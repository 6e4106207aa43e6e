"""信息质量统计: breaches counted for each direct child of an organisation, in one statement.

Each member hangs below one child at most, so that the totals are the sums.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, select

from domain.codes import Severity
from domain.validation import SeverityCount
from storage.engine import Database
from storage.filters import subtree
from storage.models import Organization, ValidationResult
from storage.statements import one_of

ChildId = int | None
"""None: the organisation itself, for the members that hang on no other."""


async def child_ids(database: Database, organization_id: int) -> list[int]:
    """As they stand in the tree."""
    found = select(Organization.id).where(Organization.parent_id == organization_id).order_by(Organization.path)
    return [row[0] for row in await database.rows(found)]


async def count_by_rule(database: Database, path: str, rules: list[str]) -> Mapping[tuple[ChildId, str], int]:
    """How many members break each rule."""
    child = _child(path)
    counted = select(child, ValidationResult.rule, func.count()).where(*_breaches(path, rules))
    rows = await database.rows(counted.group_by(child, ValidationResult.rule))
    return {(number, rule): count for number, rule, count in rows}


async def count_by_severity(
    database: Database, path: str, rules: Mapping[Severity, list[str]]
) -> Mapping[tuple[ChildId, Severity], SeverityCount]:
    """`rules` are those of each severity; of a severity that is not there nothing is counted."""
    found: dict[tuple[ChildId, Severity], SeverityCount] = {}
    child = _child(path)
    for severity, codes in rules.items():
        members = select(child, func.count().label("breaches")).where(*_breaches(path, codes))
        each = members.group_by(child, ValidationResult.member_id).subquery()
        counted = select(each.c.child, func.sum(each.c.breaches).cast(BigInteger), func.count()).group_by(each.c.child)
        for number, breaches, count in await database.rows(counted):
            found[number, severity] = SeverityCount(breaches, count)
    return found


def _child(path: str) -> ColumnElement[Any]:
    """The id of the child, from the path of whom a member hangs on."""
    below = func.substr(ValidationResult.org_path, len(path) + 1)
    return cast(func.nullif(func.split_part(below, "/", 1), "", type_=Text), BigInteger).label("child")


def _breaches(path: str, rules: list[str]) -> tuple[ColumnElement[bool], ...]:
    return subtree(ValidationResult.org_path, path), one_of(ValidationResult.rule, rules)
