"""Checks the members of an organisation on behalf of the operator, and counts what is wrong with them."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.audit import AuditRecord
from domain.codes import AuditKind, CheckState, Severity
from domain.errors import RefusedError
from domain.records import OrganizationRecord
from domain.validation import ValidationRule
from domain.validation.check import CHECK_RUNNING, CheckRecord
from resolvers.checks import chosen_rules
from resolvers.officers import OPERATOR, Officer
from server.checking import MEMBERS_AT_A_TIME
from server.cli.failing import fail
from server.commands.operating import as_operator
from server.commands.progress import Counted, counting_bar
from storage.checks import cancel_check, check_to_change, check_with_id, run_chunk, start_check
from storage.job_listing import delete_job_of_check
from storage.members import count_members
from storage.organizations import organization_by_reference, top_organization
from storage.quality_reports import count_by_rule


@dataclass(frozen=True, slots=True)
class Found:
    """Of each rule of the check how many members break it, in the order of the catalogue."""

    check: CheckRecord
    organization: OrganizationRecord
    counts: Mapping[ValidationRule, int]

    def of(self, severity: Severity) -> int:
        return sum(count for rule, count in self.counts.items() if rule.quality is severity)


def is_as_bad(found: Found, severity: Severity) -> bool:
    """Whether there is a breach that is that severe, or worse. The worst of severities is the first."""
    severities = list(Severity)
    return any(found.of(each) for each in severities[: severities.index(severity) + 1])


def start_in_background(reference: str | None, codes: Sequence[str]) -> int:
    async def work(officer: Officer) -> int:
        rules = chosen_rules(officer.database.rules_in_force, codes)
        return (await _started(officer, await _organization(officer, reference), rules)).id

    return as_operator(work)


def run_check(reference: str | None, codes: Sequence[str]) -> Found:
    """To its end."""

    async def work(officer: Officer) -> Found:
        rules = chosen_rules(officer.database.rules_in_force, codes)
        organization = await _organization(officer, reference)
        started = await _started(officer, organization, rules)
        with counting_bar("Checking members") as progress:
            ended = await _run(officer, started, progress)
        if ended.state == CheckState.CANCELLED.value:
            raise fail(f"Check {ended.id} was cancelled by somebody else. What it had found stays.")
        return Found(ended, organization, await _counts(officer, organization, rules))

    return as_operator(work)


async def _organization(officer: Officer, reference: str | None) -> OrganizationRecord:
    database = officer.database
    found = await (top_organization(database) if reference is None else organization_by_reference(database, reference))
    if found is None:
        raise fail(f"There is no organisation {reference!r}: give a division code, an id, or an exact name.")
    return found


async def _started(officer: Officer, organization: OrganizationRecord, rules: Sequence[ValidationRule]) -> CheckRecord:
    """With its job in the queue: when this process is killed, a worker ends the check."""
    values = {
        "organization_id": organization.id,
        "org_path": organization.path,
        "rules": [rule.code for rule in rules],
        "members_total": await count_members(officer.database, organization.path, None),
        "started_by": OPERATOR,
        "started_at": officer.clock(),
    }
    async with officer.database.writing() as session:
        check = await start_check(session, values)
        if check is None:
            raise RefusedError(CHECK_RUNNING)
        details = {"organization": organization.id, "rules": values["rules"]}
        await session.audit(_entry(officer, check, "startCheck", details))
    return check


async def _run(officer: Officer, check: CheckRecord, progress: Counted) -> CheckRecord:
    progress(0, check.members_total)
    try:
        while await run_chunk(officer.database, check.id, officer.clock(), MEMBERS_AT_A_TIME):
            further = await _as_it_stands(officer, check.id)
            progress(further.members_done, further.members_total)
    except asyncio.CancelledError:  # Ctrl-C
        await _cancel(officer, check.id)
        raise
    async with officer.database.writing() as session:
        await delete_job_of_check(session, check.id)
    return await _as_it_stands(officer, check.id)


async def _as_it_stands(officer: Officer, check_id: int) -> CheckRecord:
    check = await check_with_id(officer.database, officer.scope, check_id)
    if check is None:
        raise fail(f"Check {check_id} is no longer there: the register was loaded anew meanwhile.")
    return check


async def _cancel(officer: Officer, check_id: int) -> None:
    async with officer.database.writing() as session:
        check = await check_to_change(session, officer.scope, check_id)
        if check is not None and check.is_under_way:
            await cancel_check(session, check_id, officer.clock())
            await delete_job_of_check(session, check_id)
            await session.audit(_entry(officer, check, "cancelCheck", {}))


def _entry(officer: Officer, check: CheckRecord, operation: str, details: Mapping[str, object]) -> AuditRecord:
    return AuditRecord(
        AuditKind.CHANGE,
        officer.clock(),
        OPERATOR,
        org_path=check.org_path,
        operation=operation,
        target=f"Check:{check.id}",
        details=details,
    )


async def _counts(
    officer: Officer, organization: OrganizationRecord, rules: Sequence[ValidationRule]
) -> Mapping[ValidationRule, int]:
    found = await count_by_rule(officer.database, organization.path, [rule.code for rule in rules])
    return {rule: sum(count for (_, code), count in found.items() if code == rule.code) for rule in rules}


def document(found: Found) -> dict[str, object]:
    """Rules that are part of the special check alone have no severity."""
    rules = [
        {"code": rule.code, "title": rule.title.english, "severity": rule.quality, "breaches": count}
        for rule, count in found.counts.items()
    ]
    return {
        "id": found.check.id,
        "state": found.check.state,
        "organization": {"id": found.organization.id, "name": found.organization.name},
        "members": found.check.members_done,
        "severities": {severity.value: found.of(severity) for severity in Severity},
        "rules": rules,
    }


def sentence(found: Found) -> str:
    numbers = ", ".join(f"{severity.value} {severity.chinese} {found.of(severity):,}" for severity in Severity)
    broken = sorted((rule for rule in found.counts if found.counts[rule]), key=_worst_first)
    lines = [f"{_severity(rule):9}{found.counts[rule]:>9,}  {rule.code}  {rule.title.english}" for rule in broken]
    return "\n".join([f"{found.check.members_done:,} members of {found.organization.name}: {numbers}.", *lines])


def _worst_first(rule: ValidationRule) -> int:
    return len(Severity) if rule.quality is None else list(Severity).index(rule.quality)


def _severity(rule: ValidationRule) -> str:
    return "-" if rule.quality is None else rule.quality.value
