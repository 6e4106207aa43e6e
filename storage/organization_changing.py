"""变更党组织: changes of one organisation at a time, within a transaction."""

from sqlalchemy import select, update

from domain.records import OrganizationRecord, columns_of, whole_organization
from storage.filters import subtree
from storage.models import Organization
from storage.writing import WriteSession


async def organization_to_change(session: WriteSession, scope: str, organization_id: int) -> OrganizationRecord | None:
    """As it stands, held until the transaction ends; None outside the scope."""
    columns = [getattr(Organization, name) for name in columns_of(OrganizationRecord)]
    found = select(*columns).where(Organization.id == organization_id, subtree(Organization.path, scope))
    row = await session.row(found.with_for_update())
    return None if row is None else whole_organization(*row)


async def designate(session: WriteSession, organization_id: int, *, can_file_real_names: bool) -> None:
    changed = update(Organization).where(Organization.id == organization_id)
    await session.execute(changed.values(can_file_real_names=can_file_real_names))
