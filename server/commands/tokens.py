import asyncio
from datetime import timedelta

from domain.codes import Role
from domain.records import OrganizationRecord
from server.cli.failing import clear_errors, fail, settings_from_environment
from server.database import migrated_database
from server.token_authority import token_authority
from storage.engine import connect
from storage.organizations import organization_by_reference


def issued_token(role: Role, organization: str, subject: str, hours: float) -> tuple[str, OrganizationRecord]:
    """With the organisation that its bearer manages."""
    settings = settings_from_environment()
    with clear_errors(), migrated_database(settings) as url:
        managed = asyncio.run(_organization(url, organization))
        if managed is None:
            raise fail(f"There is no organisation {organization!r}. Load data first (`dengta load`), or mend the code.")
        return token_authority(settings).issue(subject, role, managed, timedelta(hours=hours)), managed


async def _organization(url: str, reference: str) -> OrganizationRecord | None:
    async with connect(url, connections=1) as database:
        return await organization_by_reference(database, reference)
