from dataclasses import dataclass

from domain.codes import CodeList, OrganizationKind
from domain.records import OrganizationRecord


class Role(CodeList):
    """账号角色: one person holds at most one."""

    ADMINISTRATOR = "ADMINISTRATOR", "管理员", "administrator"
    SECURITY_OFFICER = "SECURITY_OFFICER", "安全员", "security officer"
    AUDITOR = "AUDITOR", "审计员", "auditor"


class Tier(CodeList):
    """层级, which follows from the organisation that an account manages."""

    COUNTY_OR_ABOVE = "COUNTY_OR_ABOVE", "县级及以上", "county or above"
    APPROVING_COMMITTEE = "APPROVING_COMMITTEE", "具有发展党员审批权限的基层党委", "approving committee"
    OTHER_GRASSROOTS = "OTHER_GRASSROOTS", "其他基层党组织", "other grassroots organisation"


_COUNTY_OR_ABOVE = {OrganizationKind.PROVINCE, OrganizationKind.CITY, OrganizationKind.COUNTY}


def tier_of(organization: OrganizationRecord) -> Tier:
    if organization.kind in _COUNTY_OR_ABOVE:
        return Tier.COUNTY_OR_ABOVE
    return Tier.APPROVING_COMMITTEE if organization.can_approve_membership else Tier.OTHER_GRASSROOTS


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is calling. Everything an actor reads or writes lies in the subtree of the organisation."""

    subject: str
    role: Role
    organization: OrganizationRecord

    @property
    def tier(self) -> Tier:
        return tier_of(self.organization)

    @property
    def scope(self) -> str:
        """The path whose subtree is the actor's."""
        return self.organization.path
