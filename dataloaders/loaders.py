"""The loaders of one operation. They remember what they read, so they must not outlive it."""

from functools import cached_property

from dataloaders.attachments_of_member import AttachmentsOfMember, attachments_of_member
from dataloaders.counts_below_organization import CountBelow, child_count_of, member_count_below
from dataloaders.member_by_id import MemberById, member_by_id
from dataloaders.organization_by_id import OrganizationById, organization_by_id
from dataloaders.pages_below_organization import ChildPageOf, MemberPageBelow, child_page_of, member_page_below
from domain.filtering import Filter
from domain.pages import Search
from domain.reach import Reach
from storage.engine import Database


class Loaders:
    """One loader for each question; the questions about pages and counts are told apart by what they search for."""

    def __init__(self, database: Database, scope: str) -> None:
        self._database = database
        self._scope = scope
        self._pages: dict[tuple[Reach, Search], MemberPageBelow] = {}
        self._children: dict[Search, ChildPageOf] = {}
        self._counts: dict[tuple[Reach, Filter | None], CountBelow] = {}
        self._child_counts: dict[Filter | None, CountBelow] = {}

    @cached_property
    def organization_by_id(self) -> OrganizationById:
        return organization_by_id(self._database, self._scope)

    @cached_property
    def member_by_id(self) -> MemberById:
        return member_by_id(self._database, self._scope)

    @cached_property
    def attachments_of_member(self) -> AttachmentsOfMember:
        return attachments_of_member(self._database, self._scope)

    def member_page_below(self, reach: Reach, search: Search) -> MemberPageBelow:
        key = (reach, search)
        if key not in self._pages:
            self._pages[key] = member_page_below(self._database, reach, search)
        return self._pages[key]

    def child_page_of(self, search: Search) -> ChildPageOf:
        if search not in self._children:
            self._children[search] = child_page_of(self._database, search)
        return self._children[search]

    def member_count_below(self, reach: Reach, where: Filter | None) -> CountBelow:
        key = (reach, where)
        if key not in self._counts:
            self._counts[key] = member_count_below(self._database, reach, where)
        return self._counts[key]

    def child_count_of(self, where: Filter | None) -> CountBelow:
        if where not in self._child_counts:
            self._child_counts[where] = child_count_of(self._database, where)
        return self._child_counts[where]
