from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.records import OrganizationRecord, Selection
from storage.engine import Database
from storage.organizations import organizations_by_id

OrganizationById = DataLoader[int, OrganizationRecord | None]


def organization_by_id(database: Database, scope: str, selection: Selection) -> OrganizationById:
    """Organisation id → what is selected of the organisation, or None outside the scope."""
    return loader_of(lambda ids: organizations_by_id(database, scope, ids, selection), None)
