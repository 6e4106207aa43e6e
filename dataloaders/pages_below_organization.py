from aiodataloader import DataLoader

from dataloaders.batching import loader_of
from domain.pages import Page, Search
from domain.reach import Reach
from domain.records import MemberRecord, OrganizationRecord
from storage.engine import Database
from storage.nested import child_pages_of, member_pages_below

MemberPageBelow = DataLoader[int, Page[MemberRecord] | None]
ChildPageOf = DataLoader[int, Page[OrganizationRecord] | None]


def member_page_below(database: Database, reach: Reach, search: Search) -> MemberPageBelow:
    """Id of an organisation within the scope → the page of its members."""
    return loader_of(lambda ids: member_pages_below(database, ids, reach, search), None)


def child_page_of(database: Database, search: Search) -> ChildPageOf:
    """Id of an organisation within the scope → the page of its children."""
    return loader_of(lambda ids: child_pages_of(database, ids, search), None)
