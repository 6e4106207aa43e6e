"""演示账号: which organisations the ready-made accounts of the demo manage."""

from domain.records import OrganizationRecord, whole_organization
from storage.engine import Database
from storage.filters import subtree
from storage.models import Organization
from storage.organizations import whole_organizations

_STEPS = (
    Organization.kind == "PROVINCE",
    Organization.kind == "COUNTY",
    Organization.can_approve_membership,
    Organization.kind == "BRANCH",
)


async def organizations_for_demo(database: Database) -> list[OrganizationRecord]:
    """The province, its first county, that county's first approving committee, and the committee's first branch."""
    chosen: list[OrganizationRecord] = []
    for step in _STEPS:
        statement = whole_organizations().where(step)
        if chosen:
            statement = statement.where(subtree(Organization.path, chosen[-1].path))
        row = await database.row(statement.order_by(Organization.path).limit(1))
        if row is not None:
            chosen.append(whole_organization(*row))
    return chosen
