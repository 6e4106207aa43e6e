"""The closed lists of codes (代码表), with their labels and the codes that standards give them."""

from domain.codes.account import (
    PERSONAL_ROLES,
    AccountState,
    ActivationState,
    ClientKind,
    ClientState,
    MemberAccountState,
    Role,
    Scope,
    Tier,
)
from domain.codes.approval import FilingStatus, HistoryKind, LeavingKind, RequestKind, RequestList, RequestState
from domain.codes.audit import AuditKind, AuditProblem
from domain.codes.change import ChangeType, ToDecideChange
from domain.codes.code_list import CodeList
from domain.codes.ethnicity import Ethnicity
from domain.codes.export import ExportFailure, ExportFormat, ExportState, QuerySubject
from domain.codes.file import FilePurpose
from domain.codes.member import (
    Education,
    FloatingDirection,
    Gender,
    MemberCategory,
    MembershipStatus,
    RealNameStatus,
    RealNameVerdict,
    WorkPosition,
)
from domain.codes.message import Channel, CodePurpose, MessageState
from domain.codes.organization import OrganizationKind
from domain.codes.statistics import ChartFormat, StatisticsDimension
from domain.codes.validation import CheckState, Severity
from domain.codes.visibility import Visibility
from domain.codes.webhook import WebhookError, WebhookState

__all__ = [
    "PERSONAL_ROLES",
    "AccountState",
    "ActivationState",
    "AuditKind",
    "AuditProblem",
    "ChangeType",
    "Channel",
    "ChartFormat",
    "CheckState",
    "ClientKind",
    "ClientState",
    "CodeList",
    "CodePurpose",
    "Education",
    "Ethnicity",
    "ExportFailure",
    "ExportFormat",
    "ExportState",
    "FilePurpose",
    "FilingStatus",
    "FloatingDirection",
    "Gender",
    "HistoryKind",
    "LeavingKind",
    "MemberAccountState",
    "MemberCategory",
    "MembershipStatus",
    "MessageState",
    "OrganizationKind",
    "QuerySubject",
    "RealNameStatus",
    "RealNameVerdict",
    "RequestKind",
    "RequestList",
    "RequestState",
    "Role",
    "Scope",
    "Severity",
    "StatisticsDimension",
    "Tier",
    "ToDecideChange",
    "Visibility",
    "WebhookError",
    "WebhookState",
    "WorkPosition",
]
