"""演示账号: which organisations the ready-made sign-ins of the demo manage."""

from typing import Any

from sqlalchemy import Select, select

from domain.records import OrganizationRecord
from storage.engine import Database
from storage.filters import subtree
from storage.models import Organization
from storage.organizations import ORGANIZATION_COLUMNS

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
        statement: Select[Any] = select(*ORGANIZATION_COLUMNS).where(step)
        if chosen:
            statement = statement.where(subtree(Organization.path, chosen[-1].path))
        async with database.read() as connection:
            row = (await connection.execute(statement.order_by(Organization.path).limit(1))).one_or_none()
        if row is not None:
            chosen.append(OrganizationRecord._make(row))
    return chosen
