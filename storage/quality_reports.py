"""信息质量统计: breaches counted for each direct child of an organisation, in one statement.

Each member hangs below one child at most, so that the totals are the sums.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, func, select

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
    child = _child(cast(ValidationResult.org_path, Text), path)
    counted = select(child, ValidationResult.rule, func.count()).where(*_breaches(path, rules))
    rows = await database.rows(counted.group_by(child, ValidationResult.rule))
    return {(number, rule): count for number, rule, count in rows}


async def count_by_severity(
    database: Database, path: str, rules: Mapping[Severity, list[str]]
) -> Mapping[tuple[ChildId, Severity], SeverityCount]:
    """`rules` are those of each severity; of a severity that is not there nothing is counted."""
    counted = {severity: codes for severity, codes in rules.items() if codes}
    if not counted:
        return {}
    found: dict[tuple[ChildId, Severity], SeverityCount] = {}
    for child, *numbers in await database.rows(_by_severity(path, list(counted.values()))):
        for severity, breaches, members in zip(counted, numbers[::2], numbers[1::2], strict=True):
            found[child, severity] = SeverityCount(breaches, members)
    return found


def _by_severity(path: str, rules: Sequence[list[str]]) -> Select[Any]:
    """A row for each child, with the breaches and the members of each list of rules.

    Members first, in the order of the index: each breach is read once, and nothing is sorted.
    """
    place = ValidationResult.org_path
    some = [func.count().filter(one_of(ValidationResult.rule, codes)).label(f"of_{n}") for n, codes in enumerate(rules)]
    every = [code for codes in rules for code in codes]
    members = select(place, *some).where(*_breaches(path, every)).group_by(place, ValidationResult.member_id).subquery()
    numbers: list[ColumnElement[Any]] = []
    for number in range(len(rules)):
        breaches = members.c[f"of_{number}"]
        numbers += [cast(func.sum(breaches), BigInteger), func.count().filter(breaches > 0)]
    child = _child(members.c.org_path, path)
    return select(child, *numbers).group_by(child)


def _child(place: ColumnElement[Any], path: str) -> ColumnElement[Any]:
    """The id of the child, from the path of whom a member hangs on."""
    below = func.substr(place, len(path) + 1)
    return cast(func.nullif(func.split_part(below, "/", 1), "", type_=Text), BigInteger).label("child")


def _breaches(path: str, rules: list[str]) -> tuple[ColumnElement[bool], ...]:
    return subtree(ValidationResult.org_path, path), one_of(ValidationResult.rule, rules)
