"""查询条件: what has to hold before a filter and an order reach storage.

They use only what the caller may use, the organisations they name exist in the caller's scope, and what is derived
(age) is said in terms of what is stored.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from auth.visibility import FieldUse, Purpose, purpose_of
from domain.clock import latest_birth_date_of_age
from domain.errors import bad_input, not_found
from domain.filtering import (
    AllOf,
    Condition,
    Filter,
    FilterChange,
    HasBreach,
    InBranch,
    Operator,
    Range,
    Within,
    every_node,
    parts_of,
    rewritten,
)
from domain.pages import TREE, OrderTerm, Search
from domain.records import Selection
from domain.validation import ValidationRule
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments, page_request

LARGEST_FILTER = 500
_OLDEST = 200
_SUBTREE_IS_OF: Mapping[str, str] = {
    "Member": "Member.branch",
    "Organization": "Organization.id",
    "Account": "Account.organization",
    "AuditEntry": "AuditEntry.organization",
    "ApprovalRequest": "ApprovalRequest.branch",
    "HistoryMember": "HistoryMember.branch",
    "ValidationResult": "Member.branch",
}
"""What is used of a record by asking where in the tree it is."""
_PATH = Selection(frozenset({"id", "path"}))


async def search_of(context: RequestContext, record: str, asked: SearchArguments) -> Search:
    """What is asked of records of a type of the schema, as storage takes it."""
    context.permissions.require(_uses(record, asked.where, asked.order))
    return Search(await _prepared(context, asked.where), asked.order, page_request(asked.page))


async def filter_of(context: RequestContext, record: str, where: Filter | None) -> Filter | None:
    """A filter of records of a type of the schema, as storage takes it."""
    context.permissions.require(_uses(record, where, ()))
    return await _prepared(context, where)


async def _prepared(context: RequestContext, where: Filter | None) -> Filter | None:
    if where is None:
        return None
    nodes = list(every_node(where))
    if len(nodes) > LARGEST_FILTER:
        raise bad_input(
            f"查询条件共 {len(nodes)} 项，最多 {LARGEST_FILTER} 项。多个取值请改用 multi。",
            f"The filter has {len(nodes)} parts; {LARGEST_FILTER} are allowed. Use `multi` for many values.",
            ("where",),
        )
    paths = await _paths_within_scope(context, [node.organization_id for node in nodes if isinstance(node, Within)])
    scope = Within(context.actor.organization.id, context.scope)
    return rewritten(where, _storable(scope, paths, context.readable_rules, context.today))


def _storable(scope: Within, paths: dict[int, str], readable: Sequence[ValidationRule], day: date) -> FilterChange:
    def change(node: Filter) -> Filter:
        if isinstance(node, InBranch):  # no other branch has members in the scope, and there may be many others
            return InBranch(AllOf((scope, node.filter)))
        if isinstance(node, Within):
            return replace(node, path=paths[node.organization_id])
        if isinstance(node, HasBreach):
            return replace(node, rules=node.among(readable))
        if isinstance(node, Condition) and node.field == "age":
            return _as_birth_date(node, day)
        return node

    return change


async def _paths_within_scope(context: RequestContext, ids: list[int]) -> dict[int, str]:
    found = await context.loaders.organization_by_id(_PATH).load_many(ids)
    if any(organization is None for organization in found):
        raise not_found(
            "条件 within 中的组织不存在或不在您的管理范围内。",
            "The organisation in the condition `within` does not exist, or lies outside your scope.",
            ("where",),
        )
    return {organization.id: organization.path for organization in found if organization is not None}


def _as_birth_date(condition: Condition, day: date) -> Condition:
    """An age is a range of dates of birth: those who have completed so many years by today."""
    if condition.operator is Operator.MISSING:
        return replace(condition, field="birth_date")
    operand = condition.operand
    youngest, oldest = (operand.start, operand.end) if isinstance(operand, Range) else (operand, operand)
    latest = _born_at_age(youngest, day) if isinstance(youngest, int) else None
    earliest = _born_at_age(oldest + 1, day) + timedelta(days=1) if isinstance(oldest, int) else None
    return Condition("birth_date", Operator.RANGE, Range(earliest, latest))


def _born_at_age(age: int, day: date) -> date:
    return latest_birth_date_of_age(max(-1, min(age, _OLDEST)), day)


def _uses(record: str, where: Filter | None, order: Sequence[OrderTerm]) -> Iterator[FieldUse]:
    for term in order:
        if term.field != TREE:
            yield FieldUse(f"{record}.{term.field}", Purpose.ORDER)
    if where is not None:
        yield from _uses_of_filter(record, where)


def _uses_of_filter(record: str, node: Filter) -> Iterator[FieldUse]:
    match node:
        case Condition(field, operator):
            yield FieldUse(f"{record}.{field}", purpose_of(operator))
        case Within():
            yield FieldUse(_SUBTREE_IS_OF[record], Purpose.SEARCH)
        case HasBreach():
            yield FieldUse("Member.validation_results", Purpose.SEARCH)
        case InBranch(inner):
            yield FieldUse("Member.branch", Purpose.SEARCH)
            yield from _uses_of_filter("Organization", inner)
        case _:
            for part in parts_of(node):
                yield from _uses_of_filter(record, part)
