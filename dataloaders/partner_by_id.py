from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.partners import PartnerRecord
from storage.engine import Database
from storage.partners import partners_by_id

PartnerById = DataLoader[int, PartnerRecord | None]


def partner_by_id(database: Database, scope: str) -> PartnerById:
    """Partner id → the partner, or None outside the scope."""
    return loader_of(lambda ids: partners_by_id(database, scope, ids), None)
