from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.records import MemberRecord, Selection
from storage.engine import Database
from storage.members import members_by_id

MemberById = DataLoader[int, MemberRecord | None]


def member_by_id(database: Database, scope: str, selection: Selection) -> MemberById:
    """Member id → what is selected of the member, or None outside the scope."""
    return loader_of(lambda ids: members_by_id(database, scope, ids, selection), None)
