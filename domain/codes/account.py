from domain.codes.code_list import CodeList


class Role(CodeList):
    """账号角色: a person holds at most one of the first three; the last is that of machine clients."""

    ADMINISTRATOR = "ADMINISTRATOR", "管理员", "administrator"
    SECURITY_OFFICER = "SECURITY_OFFICER", "安全员", "security officer"
    AUDITOR = "AUDITOR", "审计员", "auditor"
    PARTNER = "PARTNER", "合作系统", "partner system"


PERSONAL_ROLES = (Role.ADMINISTRATOR, Role.SECURITY_OFFICER, Role.AUDITOR)
"""Those that an account can have."""


class Tier(CodeList):
    """层级, which follows from the organisation that an account manages."""

    COUNTY_OR_ABOVE = "COUNTY_OR_ABOVE", "县级及以上", "county or above"
    APPROVING_COMMITTEE = "APPROVING_COMMITTEE", "具有发展党员审批权限的基层党委", "approving committee"
    OTHER_GRASSROOTS = "OTHER_GRASSROOTS", "其他基层党组织", "other grassroots organisation"


class AccountState(CodeList):
    """账号状态."""

    INVITED = "INVITED", "待激活", "opened, its holder has not activated it yet"
    ACTIVE = "ACTIVE", "正常", "in use"
    SUSPENDED = "SUSPENDED", "已停用", "suspended; can be resumed"
    REVOKED = "REVOKED", "已撤销", "revoked for good; the person may be given another"


class MemberAccountState(CodeList):
    """个人专区账号状态: of a member's own account in the public personal zone."""

    ACTIVE = "ACTIVE", "正常", "in use"
    DISABLED = "DISABLED", "已停用", "its member has left; in use again when the member is brought back"
    CANCELLED = "CANCELLED", "已注销", "cancelled for good; its phone is free for another person"


class ActivationState(CodeList):
    """授权码状态."""

    PENDING = "PENDING", "待使用", "good, and not used yet"
    USED = "USED", "已使用", "used: the account was activated by it"
    EXPIRED = "EXPIRED", "已过期", "expired before it was used"


class ClientKind(CodeList):
    """客户端类别 of the authorization server."""

    FIRST_PARTY = "FIRST_PARTY", "自有应用", "an application of the register's own, at which people sign in"
    PARTNER = "PARTNER", "合作系统", "a partner's system, which signs in by itself"


class ClientState(CodeList):
    """客户端状态."""

    ACTIVE = "ACTIVE", "正常", "in use"
    SUSPENDED = "SUSPENDED", "已停用", "suspended; can be resumed"
    REVOKED = "REVOKED", "已撤销", "revoked for good"


class Scope(CodeList):
    """授权范围 of a partner: what it may ask for at all, within the permission matrix."""

    ORGANIZATIONS_READ = "ORGANIZATIONS_READ", "读取组织", "read the organisation tree", "organizations:read"
    MEMBERS_READ = "MEMBERS_READ", "读取党员", "read members' records", "members:read"
    CHANGES_READ = "CHANGES_READ", "订阅变更", "follow changes", "changes:read"
    TRANSFERS_WRITE = "TRANSFERS_WRITE", "办理转接", "begin, complete and cancel transfers", "transfers:write"

    @property
    def token(self) -> str:
        """As OAuth writes it (RFC 6749, section 3.3)."""
        return str(self.standard_code)
