"""信息质量统计报告与集中排查专项统计: what checks have found, counted for an organisation and its direct children."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from domain.codes import Severity
from domain.lookups import ArchiveQuestion, Sought
from domain.validation import SeverityCount, ValidationRule
from resolvers.context import RequestContext
from resolvers.organizations import path_within_scope
from storage.quality_reports import ChildId, child_ids, count_by_rule, count_by_severity


@dataclass(frozen=True, slots=True)
class QualityRow:
    """信息质量统计行 of one organisation, or of the members that hang on no child."""

    organization_id: int
    counts: Mapping[Severity, SeverityCount]


@dataclass(frozen=True, slots=True)
class QualityReport:
    rows: Sequence[QualityRow]
    own: QualityRow
    total: QualityRow


@dataclass(frozen=True, slots=True)
class RuleCount:
    rule: ValidationRule
    members: int


@dataclass(frozen=True, slots=True)
class SpecialCheckRow:
    """集中排查统计行: for each rule of the special check how many members break it."""

    organization_id: int
    counts: Sequence[RuleCount]


@dataclass(frozen=True, slots=True)
class SpecialCheck:
    rows: Sequence[SpecialCheckRow]
    own: SpecialCheckRow
    total: SpecialCheckRow


async def quality_report(context: RequestContext, organization_id: int) -> QualityReport:
    """NOT_FOUND outside the scope."""
    path = await path_within_scope(context, organization_id)
    readable = _countable_rules(context)
    rules = {severity: [rule.code for rule in readable if rule.quality is severity] for severity in Severity}
    found = await count_by_severity(context.database, path, rules)
    children = await child_ids(context.database, organization_id)

    def row(number: int, child: ChildId) -> QualityRow:
        return QualityRow(number, {each: found.get((child, each), SeverityCount()) for each in Severity})

    total = {each: _sum(count for (_, severity), count in found.items() if severity is each) for each in Severity}
    breaches = sum(count.breaches for count in total.values())
    context.journal.counted(ArchiveQuestion(Sought.QUALITY_REPORT), breaches, [organization_id])
    return QualityReport(
        [row(child, child) for child in children], row(organization_id, None), QualityRow(organization_id, total)
    )


async def special_check(context: RequestContext, organization_id: int) -> SpecialCheck:
    """NOT_FOUND outside the scope."""
    path = await path_within_scope(context, organization_id)
    rules = [rule for rule in _countable_rules(context) if rule.special is not None]
    found = await count_by_rule(context.database, path, [rule.code for rule in rules])
    children = await child_ids(context.database, organization_id)

    def row(number: int, counted: Sequence[ChildId]) -> SpecialCheckRow:
        counts = [RuleCount(rule, sum(found.get((child, rule.code), 0) for child in counted)) for rule in rules]
        return SpecialCheckRow(number, counts)

    context.journal.counted(ArchiveQuestion(Sought.SPECIAL_CHECK), sum(found.values()), [organization_id])
    return SpecialCheck(
        [row(child, [child]) for child in children],
        row(organization_id, [None]),
        row(organization_id, [*children, None]),
    )


def _countable_rules(context: RequestContext) -> Sequence[ValidationRule]:
    """To count by organisations is to tell where members hang."""
    return [] if context.permissions.hides("Member.branch") else context.readable_rules


def _sum(counts: Iterable[SeverityCount]) -> SeverityCount:
    return reduce(SeverityCount.__add__, counts, SeverityCount())
