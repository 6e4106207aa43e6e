"""代码表: the code lists of the register as enums of the schema, each value described in both languages."""

from typing import TypeVar

import strawberry

from auth.actor import Role, Tier
from auth.default_matrix import FieldClass
from auth.visibility import Visibility
from domain.codes import (
    AccountState,
    ActivationState,
    AuditKind,
    AuditProblem,
    ChangeType,
    ChartFormat,
    CheckState,
    ClientState,
    CodeList,
    Education,
    Ethnicity,
    ExportFailure,
    ExportFormat,
    ExportState,
    FilePurpose,
    FilingStatus,
    FloatingDirection,
    Gender,
    HistoryKind,
    LeavingKind,
    MemberAccountState,
    MemberCategory,
    MembershipStatus,
    MessageState,
    OrganizationKind,
    QuerySubject,
    RealNameStatus,
    RequestKind,
    RequestList,
    RequestState,
    Scope,
    Severity,
    StatisticsDimension,
    ToDecideChange,
    WebhookError,
    WebhookState,
    WorkPosition,
)
from domain.filtering import FieldKind, Operator
from domain.reach import Reach

CodesT = TypeVar("CodesT", bound=CodeList)


def described(codes: type[CodesT], *, name: str, description: str) -> type[CodesT]:
    """The code list as an enum of the schema."""
    enum = strawberry.enum(codes, name=name, description=description)
    for value in enum.__strawberry_definition__.values:  # type: ignore[attr-defined] # set by strawberry.enum
        value.description = describe_code(codes[value.name])
    return enum


def describe_code(code: CodeList) -> str:
    number = f" ({code.standard_code})" if code.standard_code else ""
    return f"{code.chinese}{number}。{code.english[:1].upper()}{code.english[1:]}."


_ENUMS: tuple[tuple[type[CodeList], str, str], ...] = (
    (Gender, "Gender", "性别 (GB/T 2261.1)。Gender."),
    (Ethnicity, "Ethnicity", "民族 (GB/T 3304)。Ethnicity."),
    (Education, "Education", "学历 (GB/T 4658)。Completed education, highest first."),
    (MemberCategory, "MemberCategory", "人员类别。Formal or probationary member."),
    (MembershipStatus, "MembershipStatus", "党籍状态。Status of a current member's membership."),
    (RealNameStatus, "RealNameStatus", "认证状态。State of the real-name verification."),
    (FloatingDirection, "FloatingDirection", "流动方向。Where a floating member has gone."),
    (WorkPosition, "WorkPosition", "工作岗位。Work position."),
    (OrganizationKind, "OrganizationKind", "党组织类别。Kind of an organisation, from the top of the tree down."),
    (Reach, "Reach", "范围。Which members belong to an organisation for a question."),
    (FieldKind, "QueryFieldKind", "字段类型。What a field holds, which decides the methods that fit it."),
    (Operator, "QueryMethod", "查询方法。Method of a condition of the query builder."),
    (Role, "Role", "账号角色。Role of an account; one person holds at most one."),
    (Tier, "Tier", "层级。Tier of an account, from the organisation that it manages."),
    (FieldClass, "FieldClass", "字段类别。Fields that the default permission matrix treats alike."),
    (AccountState, "AccountState", "账号状态。State of an account."),
    (MemberAccountState, "MemberAccountState", "个人专区账号状态。State of a member's own account."),
    (ActivationState, "ActivationState", "授权码状态。State of an activation code."),
    (MessageState, "MessageState", "消息状态。How far a message has come."),
    (Scope, "PartnerScope", "授权范围。What a partner may ask for at all, within the permission matrix."),
    (ClientState, "PartnerState", "合作系统状态。State of a partner."),
    (WebhookState, "WebhookState", "推送状态。State of a webhook."),
    (WebhookError, "WebhookError", "推送问题。Why an attempt to deliver failed, or why there are no more."),
    (AuditKind, "AuditKind", "审计类别。What an entry of the audit log records."),
    (LeavingKind, "LeavingKind", "减少类别。Why a member is to leave."),
    (FilingStatus, "RealNameFilingStatus", "实名认证列表状态。What a request for real-name filing has come to."),
    (RequestKind, "RequestKind", "审批事项。What is asked for."),
    (RequestList, "ApprovalRequestList", "申请列表。Which requests one looks at."),
    (RequestState, "RequestState", "审批状态。How far a request has come."),
    (HistoryKind, "HistoryKind", "历史党员类别。Why someone is a member no more."),
    (FilePurpose, "FilePurpose", "文件用途。What a file is uploaded for."),
    (Severity, "Severity", "严重程度。How serious a breach of a rule of data quality is."),
    (ChangeType, "ChangeType", "变更类型。What a change was made to, and what became of it."),
    (
        ToDecideChange,
        "RequestsToDecideChange",
        "待审批变化。What has become of the requests that the caller may decide.",
    ),
    (CheckState, "CheckState", "批量校验状态。How far a check of many members has come."),
    (AuditProblem, "AuditProblem", "审计问题。What is wrong with an entry of the audit log."),
    (StatisticsDimension, "StatisticsDimension", "统计维度。What members are counted by."),
    (QuerySubject, "QuerySubject", "查询对象。Of whom a saved query or an export is."),
    (ExportFormat, "ExportFormat", "导出格式。As what an export is written."),
    (ExportState, "ExportState", "导出状态。How far an export has come."),
    (ExportFailure, "ExportFailure", "导出失败原因。Why an export could not be written."),
    (ChartFormat, "ChartFormat", "图表格式。As what a chart is drawn."),
    (Visibility, "Visibility", "查看权限。What the caller may do with a field."),
)

for _codes, _name, _description in _ENUMS:
    described(_codes, name=_name, description=_description)
