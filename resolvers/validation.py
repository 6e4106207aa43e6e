"""数据校验: the rules, checking one member, and what checks have found.

Who may not see one of the fields that a rule looks at sees neither its breaches nor how many there are. Of a field that
is shown masked it is told that something is wrong with it.
"""

from collections.abc import Sequence

from domain.codes import AuditKind
from domain.errors import bad_input, not_found
from domain.filtering import Filter
from domain.idempotency import Outcome
from domain.lookups import ArchiveQuestion, Sought
from domain.pages import Page, empty_page
from domain.validation import CATALOGUE, RULES, ResultRecord
from resolvers.conditions import filter_of, search_of
from resolvers.context import RequestContext
from resolvers.paging import SearchArguments
from resolvers.repeating import repeatable, saving
from storage.member_changing import member_to_change
from storage.revalidation import check_saved, shared_values
from storage.validation_results import count_results, page_of_results, results_of_members

_PLACES = {rule.code: place for place, rule in enumerate(CATALOGUE)}


def _codes(context: RequestContext) -> list[str]:
    return [rule.code for rule in context.readable_rules]


def require_known_rules(codes: Sequence[str], argument: str) -> None:
    """A caller's error for what is no rule."""
    unknown = sorted(set(codes) - set(RULES))
    if unknown:
        raise bad_input(
            f"没有校验规则 {unknown[0][:50]}。请从 validationRules 中选择。",
            f"There is no validation rule {unknown[0][:50]}. Choose among validationRules.",
            (argument,),
        )


async def _again(context: RequestContext, outcome: Outcome) -> Sequence[ResultRecord]:
    return (await results_of(context, [int(outcome["id"])]))[0]


@repeatable(_again)
async def check_member(context: RequestContext, member_id: int) -> Sequence[ResultRecord]:
    """Against all rules, at once. NOT_FOUND outside the scope."""
    async with saving(context) as session:
        if await member_to_change(session, context.scope, member_id) is None:
            raise not_found(
                "该党员不存在或不在您的管理范围内。",
                "This member does not exist, or lies outside your scope.",
                ("input", "memberId"),
            )
        await check_saved(session, member_id, context.clock(), await shared_values(session, member_id))
        session.outcome = {"id": member_id}
        await session.audit(context.audited(AuditKind.CHANGE, "checkMember", target=f"Member:{member_id}"))
    return (await results_of(context, [member_id]))[0]


async def results_of(context: RequestContext, member_ids: Sequence[int]) -> list[Sequence[ResultRecord]]:
    """For each member the breaches, in the order of the catalogue."""
    ids = tuple(dict.fromkeys(member_ids))
    found = await results_of_members(context.database, context.scope, _codes(context), ids)
    context.journal.returned(ArchiveQuestion(Sought.RESULTS_OF_MEMBER), sum(map(len, found.values())), ids)
    return [sorted(found.get(key, ()), key=lambda result: _PLACES[result.rule]) for key in member_ids]


async def search_results(context: RequestContext, asked: SearchArguments, *, selected: bool) -> Page[ResultRecord]:
    """As members stand in the tree; an empty page when none of it is selected."""
    search = await search_of(context, "ValidationResult", asked)
    if not selected:
        return empty_page()
    page = await page_of_results(context.database, context.scope, _codes(context), search.where, search.page)
    question = ArchiveQuestion(Sought.RESULTS, asked.where, page=search.page)
    context.journal.returned(question, len(page.records))
    return page


async def count_of_results(context: RequestContext, where: Filter | None) -> int:
    prepared = await filter_of(context, "ValidationResult", where)
    number = await count_results(context.database, context.scope, _codes(context), prepared)
    context.journal.counted(ArchiveQuestion(Sought.RESULTS, where), number)
    return number
