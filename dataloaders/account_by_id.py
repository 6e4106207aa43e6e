from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.records import AccountRecord, Selection
from storage.accounts import accounts_by_id
from storage.engine import Database

AccountById = DataLoader[int, AccountRecord | None]


def account_by_id(database: Database, scope: str, selection: Selection) -> AccountById:
    """Account id → what is selected of the account, or None outside the scope."""
    return loader_of(lambda ids: accounts_by_id(database, scope, ids, selection), None)
