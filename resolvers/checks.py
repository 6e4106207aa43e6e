"""批量信息校验: starting, watching and cancelling checks of an organisation's members."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from domain.codes import AuditKind
from domain.errors import CallerError, RefusedError, bad_input, not_found
from domain.idempotency import Outcome
from domain.pages import Page, empty_page
from domain.validation import RulesInForce, ValidationRule
from domain.validation.check import CHECK_ENDED, CHECK_RUNNING, CheckRecord
from resolvers.context import RequestContext
from resolvers.organizations import path_within_scope
from resolvers.paging import PageArguments, page_request
from resolvers.repeating import repeatable, saving
from resolvers.validation import require_known_rules
from storage.check_following import FollowedChecks
from storage.checks import (
    cancel_check,
    check_to_change,
    check_with_id,
    count_checks,
    page_of_checks,
    start_check,
)
from storage.members import count_members


async def find_check(context: RequestContext, check_id: int) -> CheckRecord | None:
    """None outside the scope."""
    if context.permissions.hides("Check.id"):
        return None
    return await check_with_id(context.database, context.scope, check_id)


async def follow_check(context: RequestContext, check_id: int) -> AsyncIterator[CheckRecord]:
    """As it stands, at once and whenever it has come further, until it has ended. NOT_FOUND outside the scope."""
    found = False
    if not context.permissions.hides("Check.id"):
        async with aclosing(context.database.shared(FollowedChecks).follow(context.scope, check_id)) as states:
            async for check in states:
                found = True
                yield check
    if not found:
        raise _no_such_check("id")


async def search_checks(context: RequestContext, page: PageArguments, *, selected: bool) -> Page[CheckRecord]:
    """Newest first; an empty page when none of it is selected."""
    request = page_request(page)
    return await page_of_checks(context.database, context.scope, request) if selected else empty_page()


async def count_of_checks(context: RequestContext) -> int:
    return await count_checks(context.database, context.scope)


async def _again(context: RequestContext, outcome: Outcome) -> CheckRecord | None:
    return await find_check(context, int(outcome["id"]))


def chosen_rules(rules: RulesInForce, codes: Sequence[str]) -> Sequence[ValidationRule]:
    """In the order of the catalogue; all when none is named. A caller's error for what is no rule, or none here."""
    if not codes:
        return rules.checked
    require_known_rules(codes, "input.rules")
    off = sorted(rule.code for rule in rules.off if rule.code in codes)
    if off:
        raise bad_input(
            f"校验规则 {off[0]} 已停用。请选择 validationRules 中有严重程度的规则。",
            f"The validation rule {off[0]} is switched off. Choose among those that have a severity.",
            ("input.rules",),
        )
    return rules.checked_among(codes)


@repeatable(_again)
async def start(context: RequestContext, organization_id: int, rules: Sequence[str]) -> CheckRecord | None:
    """Against these rules, or all when none is named. RefusedError while another check of the organisation is under
    way; NOT_FOUND outside the scope."""
    chosen = chosen_rules(context.rules, rules)
    path = await path_within_scope(context, organization_id, ("input", "organizationId"))
    values = {
        "organization_id": organization_id,
        "org_path": path,
        "rules": [rule.code for rule in chosen],
        "members_total": await count_members(context.database, path, None),
        "started_by": context.actor.subject,
        "started_at": context.clock(),
    }
    async with saving(context) as session:
        check = await start_check(session, values)
        if check is None:
            raise RefusedError(CHECK_RUNNING)
        session.outcome = {"id": check.id}
        details = {"organization": organization_id, "rules": values["rules"]}
        target = f"Check:{check.id}"
        await session.audit(context.audited(AuditKind.CHANGE, "startCheck", target=target, details=details))
    return check


@repeatable(_again)
async def cancel(context: RequestContext, check_id: int) -> CheckRecord | None:
    """What it has found stays. RefusedError when it has ended; NOT_FOUND outside the scope."""
    async with saving(context) as session:
        check = await check_to_change(session, context.scope, check_id)
        if check is None:
            raise _no_such_check("input", "id")
        if not check.is_under_way:
            raise RefusedError(CHECK_ENDED)
        cancelled = await cancel_check(session, check_id, context.clock())
        session.outcome = {"id": check_id}
        await session.audit(context.audited(AuditKind.CHANGE, "cancelCheck", target=f"Check:{check_id}"))
    return cancelled


def _no_such_check(*path: str) -> CallerError:
    return not_found(
        "该批量校验不存在或不在您的管理范围内。",
        "This check does not exist, or lies outside your scope.",
        path,
    )
