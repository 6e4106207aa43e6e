from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.filtering import Filter
from domain.reach import Reach
from storage.engine import Database
from storage.nested import child_counts_of, member_counts_below

CountBelow = DataLoader[int, int]


def member_count_below(database: Database, reach: Reach, where: Filter | None) -> CountBelow:
    """Id of an organisation within the scope → the number of its members that satisfy the filter."""
    return loader_of(lambda ids: member_counts_below(database, ids, reach, where), 0)


def child_count_of(database: Database, where: Filter | None) -> CountBelow:
    """Id of an organisation within the scope → the number of its children that satisfy the filter."""
    return loader_of(lambda ids: child_counts_of(database, ids, where), 0)
