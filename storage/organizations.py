"""党组织: reads of the tree. Everything is asked within a scope, the subtree of the caller's organisation."""

from collections.abc import Collection, Mapping, Sequence
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
from storage.statements import one_of
from storage.whole_scope import page_of_all, records_with_ids

_DIGITS = len(str(2**63))


def whole_organizations() -> Select[Any]:
    """All columns, whatever the scope: for finding out what the scope of an account is."""
    return select(*(getattr(Organization, name) for name in columns_of(OrganizationRecord)))


async def organization_anywhere(database: Database, organization_id: int) -> OrganizationRecord | None:
    """Regardless of scope."""
    row = await database.row(whole_organizations().where(Organization.id == organization_id))
    return None if row is None else whole_organization(*row)


async def top_organization(database: Database) -> OrganizationRecord | None:
    """The one above all others; None in a register without organisations."""
    row = await database.row(whole_organizations().where(Organization.parent_id.is_(None)).order_by(Organization.path))
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


async def organizations_by_reference(
    database: Database, scope: str, references: Collection[str]
) -> Mapping[str, Sequence[int]]:
    """For each reference that the scope knows: those with that division code, else the one with that id, else those
    with that name; of several, two."""
    numbers = {int(text): text for text in references if text.isascii() and text.isdecimal() and len(text) < _DIGITS}
    two = (func.min(Organization.id), func.max(Organization.id))
    within = subtree(Organization.path, scope)
    by_name, by_code = [
        await database.rows(select(column, *two).where(within, one_of(column, references)).group_by(column))
        for column in (Organization.name, Organization.division_code)
    ]
    by_id = await database.rows(select(Organization.id).where(within, one_of(Organization.id, list(numbers))))
    found: dict[str, Sequence[int]] = {text: sorted({first, last}) for text, first, last in by_name}
    found |= {numbers[row[0]]: [row[0]] for row in by_id}
    return found | {text: sorted({first, last}) for text, first, last in by_code}


async def organization_by_reference(database: Database, reference: str) -> OrganizationRecord | None:
    """The one with that division code, else with that id, else with that name if only one has it."""
    for condition in _references(reference):
        rows = await database.rows(whole_organizations().where(condition).limit(2))
        if len(rows) == 1:
            return whole_organization(*rows[0])
    return None


def _references(reference: str) -> list[ColumnElement[bool]]:
    by_id = [Organization.id == int(reference)] if reference.isdecimal() and len(reference) < _DIGITS else []
    return [Organization.division_code == reference, *by_id, Organization.name == reference]
