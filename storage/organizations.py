"""党组织: reads of the tree. Everything is asked within a scope, the subtree of the caller's organisation."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from domain.filtering import Filter
from domain.pages import Page, Search
from domain.records import OrganizationRecord, Selection, columns_of, whole_organization
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import Organization
from storage.ordering import organization_keyset
from storage.pages import page_of, page_statement, walk_of
from storage.reading import reading_of
from storage.whole_scope import page_of_all, records_with_ids


def whole_organizations() -> Select[Any]:
    """All columns, whatever the scope: for finding out what the scope of an account is."""
    return select(*(getattr(Organization, name) for name in columns_of(OrganizationRecord)))


async def organization_anywhere(database: Database, organization_id: int) -> OrganizationRecord | None:
    """Regardless of scope."""
    row = await database.row(whole_organizations().where(Organization.id == organization_id))
    return None if row is None else whole_organization(*row)


async def page_of_organizations(
    database: Database, scope: str, search: Search, selection: Selection | None
) -> Page[OrganizationRecord]:
    """Nothing is read where nothing of the page is selected."""
    keyset = organization_keyset(search.order)
    walk = walk_of(keyset, search.page)
    if selection is None:
        return page_of([], keyset, search.page)
    reading = reading_of(OrganizationRecord, selection, keyset)
    if search.where is None:
        rows = await database.rows(page_of_all(reading, keyset, walk, scope))
    else:
        found = select(*reading.columns).where(*await _conditions(database, scope, search.where))
        rows = await database.rows(page_statement(found, keyset, walk))
    return page_of(await reading.records(database, scope, rows), keyset, search.page)


async def _conditions(database: Database, scope: str, where: Filter | None) -> list[ColumnElement[bool]]:
    """The organisations of the scope that satisfy the filter."""
    within = subtree(Organization.path, scope)
    return [within] if where is None else [within, compiled(where, Organization, await database.frequent_grams())]


async def count_organizations(database: Database, scope: str, where: Filter | None) -> int:
    statement = select(func.count()).select_from(Organization).where(*await _conditions(database, scope, where))
    return await database.number(statement)


async def organizations_by_id(
    database: Database, scope: str, ids: Sequence[int], selection: Selection
) -> Mapping[int, OrganizationRecord]:
    """Those of the ids that exist within the scope."""
    return await records_with_ids(database, scope, OrganizationRecord, ids, selection)


async def organization_by_reference(database: Database, reference: str) -> OrganizationRecord | None:
    """The one with that division code, else with that id, else with that name if only one has it."""
    for condition in _references(reference):
        rows = await database.rows(whole_organizations().where(condition).limit(2))
        if len(rows) == 1:
            return whole_organization(*rows[0])
    return None


def _references(reference: str) -> list[ColumnElement[bool]]:
    by_id = [Organization.id == int(reference)] if reference.isdecimal() and len(reference) < len(str(2**63)) else []
    return [Organization.division_code == reference, *by_id, Organization.name == reference]
