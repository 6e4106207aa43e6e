"""数据校验: what the rules look at, read from the register; and the results, which replace those before."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.codes import OrganizationKind
from domain.validation import Facts, ValidationRule, broken_rules
from storage.filters import subtree
from storage.models import Member, Organization, ValidationResult
from storage.statements import one_of, table_of
from storage.writing import Transaction

MOST_HOLDERS = 10
"""How many members with the same number or phone are counted: no rule looks beyond."""

_NOT_COLUMNS = {"is_in_branch", "number_holders", "phone_holders"}
_Other = aliased(Member, name="other")


class Place(NamedTuple):
    """Of a member in the order of the tree."""

    org_path: str
    member_id: int


class Checked(NamedTuple):
    """A member, and the rules it breaks."""

    member_id: int
    org_path: str
    broken: Sequence[str]


def _holders(column: InstrumentedAttribute[Any], same: InstrumentedAttribute[Any]) -> ColumnElement[int]:
    """How many members have the value, counted along its index."""
    few = select(same).where(same == column).limit(MOST_HOLDERS).correlate(Member).subquery()
    return select(func.count()).select_from(few).scalar_subquery()


_FACTS: Select[Any] = select(
    Member.org_path,
    *(getattr(Member, name) for name in Facts._fields if name not in _NOT_COLUMNS),
    Organization.kind == OrganizationKind.BRANCH.value,
    _holders(Member.identity_number, _Other.identity_number),
    _holders(Member.phone, _Other.phone),
).join(Organization, Organization.id == Member.branch_id)
_IN_ORDER = (Member.org_path, Member.id)


async def check_members(
    session: Transaction, member_ids: Collection[int], day: date, rules: Collection[ValidationRule]
) -> None:
    """Their results of these rules are up to date in this transaction. Locks are held already."""
    rows = await session.rows(_FACTS.where(one_of(Member.id, member_ids)))
    await replace_results(session, _checked(rows, day, rules), rules)


async def check_chunk(  # noqa: PLR0913 # which members, against which rules
    session: Transaction, scope: str, after: Place, most: int, day: date, rules: Collection[ValidationRule]
) -> list[Place]:
    """The next so many members of a subtree in the order of the tree; where each of them stands. Locks are held."""
    beyond = func.row(*_IN_ORDER) > func.row(after.org_path, after.member_id)
    chunk = _FACTS.where(subtree(Member.org_path, scope), beyond).order_by(*_IN_ORDER).limit(most)
    checked = _checked(await session.rows(chunk), day, rules)
    await replace_results(session, checked, rules)
    return [Place(each.org_path, each.member_id) for each in checked]


def _checked(rows: Iterable[Sequence[Any]], day: date, rules: Collection[ValidationRule]) -> list[Checked]:
    members = ((row[0], Facts._make(row[1:])) for row in rows)
    return [Checked(facts.id, path, [rule.code for rule in broken_rules(facts, day, rules)]) for path, facts in members]


async def replace_results(session: Transaction, checked: Sequence[Checked], rules: Collection[ValidationRule]) -> None:
    """Of these members and rules; what stands still is left as it is.

    Results of rules that are switched off go: whoever switches one on again must not find what was so long ago.
    """
    breaches = [(each.member_id, rule, each.org_path) for each in checked for rule in each.broken]
    of_these = [
        one_of(ValidationResult.member_id, [each.member_id for each in checked]),
        one_of(ValidationResult.rule, [rule.code for rule in (*rules, *session.rules_in_force.off)]),
    ]
    if not breaches:
        await session.execute(delete(ValidationResult).where(*of_these))
        return
    columns = (ValidationResult.member_id, ValidationResult.rule, ValidationResult.org_path)
    now = table_of(columns, breaches)
    stands = exists().where(now.c.member_id == ValidationResult.member_id, now.c.rule == ValidationResult.rule)
    await session.execute(delete(ValidationResult).where(*of_these, ~stands))
    added = insert(ValidationResult).from_select([column.key for column in columns], select(now).where(true()))
    await session.execute(
        added.on_conflict_do_update(
            index_elements=[ValidationResult.member_id, ValidationResult.rule],
            set_={"org_path": added.excluded.org_path},
            where=ValidationResult.org_path != added.excluded.org_path,
        )
    )


async def forget_results(session: Transaction, member_id: int) -> None:
    """Of one who is a member no more."""
    await session.execute(delete(ValidationResult).where(ValidationResult.member_id == member_id))
