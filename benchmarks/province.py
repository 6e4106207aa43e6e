"""The large province to measure on: loaded once, kept in `.dengta/benchmark`, taken over by the next run."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord, whole_organization
from domain.synthetic.province import Province
from server.commands.loading import load_with_progress
from server.database import migrated_database
from server.settings import Settings
from storage.engine import Database
from storage.loading import loaded_province
from storage.models import Organization
from storage.organizations import whole_organizations

DAY = date(2026, 11, 24)


LARGE = (OrganizationKind.PROVINCE, OrganizationKind.CITY, OrganizationKind.COUNTY)


async def large_places(database: Database, kinds: Sequence[OrganizationKind] = LARGE) -> list[OrganizationRecord]:
    """The province, its first city, and the first county of that; or the first of each of other kinds."""
    found = (whole_organizations().where(Organization.kind == kind.value) for kind in kinds)
    rows = [await database.row(each.order_by(Organization.path).limit(1)) for each in found]
    return [whole_organization(*row) for row in rows if row is not None]


@contextmanager
def province_database(members: int) -> Iterator[str]:
    """The URL of a database that holds a province of that size; the one of DATABASE_URL is left alone."""
    own = {"database_url": None, "data_directory": Path(f".dengta/benchmark-{members}")}
    settings = Settings().model_copy(update=own)
    province = Province(members, seed=1, day=DAY)
    with migrated_database(settings) as url:
        if loaded_province(url) != province:
            load_with_progress(url, settings, province, replace=True)
        yield url
