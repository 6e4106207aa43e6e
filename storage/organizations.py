"""党组织: reads of the tree. Everything is asked within a scope, the subtree of the caller's organisation."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from domain.filtering import Filter
from domain.pages import Page, Search
from domain.records import OrganizationRecord
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import Organization
from storage.ordering import organization_keyset
from storage.pages import read_page

ORGANIZATION_COLUMNS = [getattr(Organization, name) for name in OrganizationRecord._fields]


async def _conditions(database: Database, scope: str, where: Filter | None) -> list[ColumnElement[bool]]:
    """The organisations of the scope that satisfy the filter."""
    within = subtree(Organization.path, scope)
    return [within] if where is None else [within, compiled(where, Organization, await database.frequent_grams())]


async def organization_anywhere(database: Database, organization_id: int) -> OrganizationRecord | None:
    """Regardless of scope: only for finding out what the scope of an account is."""
    statement: Select[Any] = select(*ORGANIZATION_COLUMNS).where(Organization.id == organization_id)
    async with database.read() as connection:
        row = (await connection.execute(statement)).one_or_none()
    return None if row is None else OrganizationRecord._make(row)


async def root_organization(database: Database) -> OrganizationRecord | None:
    """The top of the tree; None while nothing is loaded."""
    statement: Select[Any] = select(*ORGANIZATION_COLUMNS).where(Organization.parent_id.is_(None)).order_by("id")
    async with database.read() as connection:
        row = (await connection.execute(statement.limit(1))).one_or_none()
    return None if row is None else OrganizationRecord._make(row)


async def page_of_organizations(database: Database, scope: str, search: Search) -> Page[OrganizationRecord]:
    statement = select(*ORGANIZATION_COLUMNS).where(*await _conditions(database, scope, search.where))
    keyset = organization_keyset(search.order)
    async with database.read() as connection:
        return await read_page(connection, statement, keyset, search.page, OrganizationRecord._make)


async def count_organizations(database: Database, scope: str, where: Filter | None) -> int:
    statement = select(func.count()).select_from(Organization).where(*await _conditions(database, scope, where))
    async with database.read() as connection:
        return int(await connection.scalar(statement) or 0)


async def organizations_by_id(database: Database, scope: str, ids: Sequence[int]) -> Mapping[int, OrganizationRecord]:
    """Those of the ids that exist within the scope."""
    statement: Select[Any] = select(*ORGANIZATION_COLUMNS).where(
        Organization.id.in_(ids), subtree(Organization.path, scope)
    )
    async with database.read() as connection:
        rows = await connection.execute(statement)
    return {record.id: record for record in map(OrganizationRecord._make, rows)}


async def organization_by_reference(database: Database, reference: str) -> OrganizationRecord | None:
    """The one with that division code, else with that id, else with that name if only one has it."""
    for condition in _references(reference):
        statement: Select[Any] = select(*ORGANIZATION_COLUMNS).where(condition).limit(2)
        async with database.read() as connection:
            rows = (await connection.execute(statement)).all()
        if len(rows) == 1:
            return OrganizationRecord._make(rows[0])
    return None


def _references(reference: str) -> list[ColumnElement[bool]]:
    by_id = [Organization.id == int(reference)] if reference.isdecimal() and len(reference) < len(str(2**63)) else []
    return [Organization.division_code == reference, *by_id, Organization.name == reference]
