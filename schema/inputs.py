"""查询条件与排序: the filter and order inputs of the types that can be searched."""

from typing import Any

import strawberry

from auth.visibility import FieldUse, Purpose
from domain.codes import Severity
from schema.filters import condition_part, filter_of
from schema.orders import order_of
from schema.types.account import Account
from schema.types.approval_request import ApprovalRequest
from schema.types.audit_entry import AuditEntry
from schema.types.history_member import HistoryMember
from schema.types.member import Member
from schema.types.organization import Organization


@filter_of(Organization)
class OrganizationFilter:
    """组织查询条件。Conditions on organisations; all given ones hold."""

    within: strawberry.ID | None = condition_part(
        "所属组织。The organisation with this id and all below it.", FieldUse("Organization.id", Purpose.SEARCH)
    )


_RESULTS = FieldUse("Member.validation_results", Purpose.SEARCH)


@strawberry.input(description="校验结果条件。Which rules of data quality a member breaks one of; all given parts hold.")
class MemberBreachesFilter:
    severities: list[Severity] | None = condition_part("严重程度。Of one of these severities.", _RESULTS)
    rules: list[str] | None = condition_part("校验规则。Codes of rules: one of these.", _RESULTS)


@filter_of(Member)
class MemberFilter:
    """党员查询条件。Conditions on members; all given ones hold."""

    within: strawberry.ID | None = condition_part(
        "所属组织。Members of the organisation with this id and of all below it.",
        FieldUse("Member.branch", Purpose.SEARCH),
    )
    branch: OrganizationFilter | None = condition_part(
        "所在党支部。Conditions on the organisation that the member hangs on.",
        FieldUse("Member.branch", Purpose.SEARCH),
    )
    breaches: MemberBreachesFilter | None = condition_part(
        "校验结果。Members who break such a rule, as the last check or save found it.", _RESULTS
    )


@filter_of(Account)
class AccountFilter:
    """账号查询条件。Conditions on accounts; all given ones hold."""

    within: strawberry.ID | None = condition_part(
        "所属组织。Accounts of the organisation with this id and of all below it.",
        FieldUse("Account.organization", Purpose.SEARCH),
    )


@filter_of(AuditEntry)
class AuditEntryFilter:
    """审计查询条件。Conditions on entries of the audit log; all given ones hold."""

    within: strawberry.ID | None = condition_part(
        "所属组织。Entries of the organisation with this id and of all below it.",
        FieldUse("AuditEntry.organization", Purpose.SEARCH),
    )


@filter_of(ApprovalRequest)
class ApprovalRequestFilter:
    """申请查询条件。Conditions on requests; all given ones hold."""

    within: strawberry.ID | None = condition_part(
        "所属组织。Requests about members of the organisation with this id and of all below it.",
        FieldUse("ApprovalRequest.branch", Purpose.SEARCH),
    )


@filter_of(HistoryMember)
class HistoryMemberFilter:
    """历史党员查询条件。Conditions on those who have left; all given ones hold."""

    within: strawberry.ID | None = condition_part(
        "所属组织。Those who left the organisation with this id or one below it.",
        FieldUse("HistoryMember.branch", Purpose.SEARCH),
    )


@order_of(Organization, tree="组织树顺序。As organisations stand in the tree.")
class OrganizationOrder:
    """组织排序。One level of an order of organisations."""

    field: Any
    direction: Any


@order_of(Member)
class MemberOrder:
    """党员排序。One level of an order of members."""

    field: Any
    direction: Any


@order_of(Account)
class AccountOrder:
    """账号排序。One level of an order of accounts."""

    field: Any
    direction: Any
