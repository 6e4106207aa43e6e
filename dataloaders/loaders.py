"""The loaders of one operation. They remember what they read, so they must not outlive it."""

from collections.abc import Hashable

from dataloaders.account_by_id import AccountById, account_by_id
from dataloaders.member_by_id import MemberById, member_by_id
from dataloaders.organization_by_id import OrganizationById, organization_by_id
from dataloaders.partner_by_id import PartnerById, partner_by_id
from dataloaders.value_of_field import ResolveTogether, ValueOfField, value_of_field
from domain.records import Selection
from storage.engine import Database


class Loaders:
    """One loader for each question; those about records are told apart by how much of them is read."""

    __slots__ = ("_accounts", "_database", "_fields", "_members", "_organizations", "_partners", "_scope")

    def __init__(self, database: Database, scope: str) -> None:
        self._database = database
        self._scope = scope
        self._accounts: dict[Selection, AccountById] = {}
        self._members: dict[Selection, MemberById] = {}
        self._organizations: dict[Selection, OrganizationById] = {}
        self._partners: PartnerById | None = None
        self._fields: dict[Hashable, ValueOfField] = {}

    def account_by_id(self, selection: Selection) -> AccountById:
        if selection not in self._accounts:
            self._accounts[selection] = account_by_id(self._database, self._scope, selection)
        return self._accounts[selection]

    def member_by_id(self, selection: Selection) -> MemberById:
        if selection not in self._members:
            self._members[selection] = member_by_id(self._database, self._scope, selection)
        return self._members[selection]

    def organization_by_id(self, selection: Selection) -> OrganizationById:
        if selection not in self._organizations:
            self._organizations[selection] = organization_by_id(self._database, self._scope, selection)
        return self._organizations[selection]

    def partner_by_id(self) -> PartnerById:
        if self._partners is None:
            self._partners = partner_by_id(self._database, self._scope)
        return self._partners

    def value_of_field(self, field: Hashable, resolve: ResolveTogether) -> ValueOfField:
        """`field` tells one field of the operation from another; `resolve` is what the first to ask brings along."""
        if field not in self._fields:
            self._fields[field] = value_of_field(resolve)
        return self._fields[field]
