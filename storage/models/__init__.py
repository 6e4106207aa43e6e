from storage.models.account import Account, ActivationCode, BrowserSession, Captcha, VerificationCode
from storage.models.approval import ApprovalRequest, HistoryMember
from storage.models.audit import AuditEntry
from storage.models.authorization import AuthorizationCode, Client, Grant, RefreshToken
from storage.models.base import Base
from storage.models.change import ChangeEvent, ChangeFeed, ChangeOutbox
from storage.models.export import Export
from storage.models.file import File
from storage.models.idempotency_key import IdempotencyKey
from storage.models.load import Load
from storage.models.member import Member
from storage.models.member_account import MemberAccount, PhoneCode
from storage.models.message import Message
from storage.models.organization import Organization
from storage.models.permission import PermissionChange, PermissionVersion
from storage.models.rate_limit import RateLimit
from storage.models.registration_count import RegistrationCount
from storage.models.rollup import MemberDelta, Rollup, RollupCount, RollupDay
from storage.models.saved_query import SavedQuery
from storage.models.validation import Check, ValidationResult
from storage.models.webhook import Webhook

__all__ = [
    "Account",
    "ActivationCode",
    "ApprovalRequest",
    "AuditEntry",
    "AuthorizationCode",
    "Base",
    "BrowserSession",
    "Captcha",
    "ChangeEvent",
    "ChangeFeed",
    "ChangeOutbox",
    "Check",
    "Client",
    "Export",
    "File",
    "Grant",
    "HistoryMember",
    "IdempotencyKey",
    "Load",
    "Member",
    "MemberAccount",
    "MemberDelta",
    "Message",
    "Organization",
    "PermissionChange",
    "PermissionVersion",
    "PhoneCode",
    "RateLimit",
    "RefreshToken",
    "RegistrationCount",
    "Rollup",
    "RollupCount",
    "RollupDay",
    "SavedQuery",
    "ValidationResult",
    "VerificationCode",
    "Webhook",
]
