"""注册统计: the server counts by itself, soon after it was started."""

from pathlib import Path

from sqlalchemy import func, select

from storage.engine import connect
from storage.models import Organization, RegistrationCount
from tests.commands import running
from tests.gateway import eventually


async def test_a_worker_counts_every_organisation_at_once_after_it_was_started(
    own_province_url: str, data_directory: Path
) -> None:
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(data_directory)}
    async with connect(own_province_url, connections=1) as database:
        organizations = await database.number(select(func.count()).select_from(Organization))

        async def all_are_counted() -> bool:
            return await database.number(select(func.count()).select_from(RegistrationCount)) == organizations

        with running("worker", environment=environment):
            await eventually(all_are_counted, patience=90)
