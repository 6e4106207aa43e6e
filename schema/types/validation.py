"""校验规则与校验结果."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import Severity
from domain.records import MemberRecord
from domain.texts import camel_case
from domain.validation import ResultRecord
from domain.validation import ValidationRule as Rule
from resolvers import members
from resolvers.context import RequestContext
from schema.info import Info
from schema.lookahead import selection_of
from schema.resolving import for_all, of_record
from schema.traits import open_field, record_field

if TYPE_CHECKING:
    from schema.types.member import Member

BUSINESS = FieldClass.BUSINESS


def _title(rule: Rule, context: RequestContext) -> str:
    return rule.title.in_language(context.language)


def _remedy(rule: Rule, context: RequestContext) -> str:
    return rule.remedy.in_language(context.language)


def _fields(root: Rule) -> list[str]:
    return [camel_case(field) for field in root.fields]


def _quality(root: Rule) -> Severity | None:
    return root.quality


def _special(root: Rule) -> Severity | None:
    return root.special


def _rule(root: ResultRecord, context: RequestContext) -> Rule:
    return context.rules.by_code[root.rule]


@for_all
async def _member(root: Sequence[ResultRecord], info: Info) -> list[MemberRecord | None]:
    ids = list(dict.fromkeys(result.member_id for result in root))
    found = await members.members_as_changed(info.context, ids, selection_of(info, "Member"))
    member_of = dict(zip(ids, found, strict=True))
    return [member_of[result.member_id] for result in root]


@strawberry.type(description="校验规则。A rule of data quality.")
class ValidationRule:
    # fmt: off
    code: str = open_field("代码", "Code, which never changes.")
    title: str = open_field("名称", "What is wrong when it is broken, in the caller's language.", resolver=of_record(_title))
    remedy: str = open_field("处理办法", "What to do about it, in the caller's language.", resolver=of_record(_remedy))
    fields: list[str] = open_field("相关字段", "The fields of a member that it looks at; who may not see one of them does not see its breaches.", resolver=_fields)
    severity: Severity | None = open_field("严重程度", "Severity in quality control; null when it is no part of it. A rule that is part of neither is switched off, and nobody is checked by it.", resolver=_quality)
    special_severity: Severity | None = open_field("集中排查严重程度", "Severity in the special check; null when it is no part of it.", resolver=_special)
    # fmt: on


@strawberry.type(description="校验结果。One breach of one rule by one member.")
class ValidationResult:
    # fmt: off
    rule: ValidationRule = record_field("校验规则", "The rule that is broken.", read=BUSINESS, resolver=of_record(_rule), reads=("rule",))
    found_at: datetime = record_field("发现时间", "When it was found first.", read=BUSINESS)
    member: Annotated["Member", strawberry.lazy("schema.types.member")] | None = record_field("党员", "The member; null when it has left by now.", read=BUSINESS, resolver=_member, reads=("member_id",))
    # fmt: on
