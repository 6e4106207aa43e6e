"""审计查询: reads of the audit log, within a scope, the subtree of the auditor's organisation."""

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from domain.audit import AuditEntryRecord
from domain.filtering import Filter
from domain.pages import Page, PageRequest
from domain.paths import path_above
from storage.engine import Database
from storage.filters import compiled, subtree
from storage.models import AuditEntry
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of

_NEWEST_FIRST = tuple(
    SortKey(column, descending=True, missing_first=False) for column in (AuditEntry.at, AuditEntry.id)
)
_COLUMNS: tuple[Any, ...] = tuple(getattr(AuditEntry, name) for name in AuditEntryRecord.__dataclass_fields__)


async def page_of_entries(
    database: Database, scope: str, where: Filter | None, request: PageRequest
) -> Page[AuditEntryRecord]:
    """Newest first."""
    found = select(*_COLUMNS).where(*_conditions(scope, where))
    rows = await database.rows(page_statement(found, _NEWEST_FIRST, walk_of(_NEWEST_FIRST, request)))
    return page_of([AuditEntryRecord(*row) for row in rows], _NEWEST_FIRST, request)


async def count_entries(database: Database, scope: str, where: Filter | None) -> int:
    return await database.number(select(func.count()).select_from(AuditEntry).where(*_conditions(scope, where)))


def _conditions(scope: str, where: Filter | None) -> list[ColumnElement[bool]]:
    in_scope = [_in_scope(scope)]
    return in_scope if where is None else [*in_scope, compiled(where, AuditEntry)]


def _in_scope(scope: str) -> ColumnElement[bool]:
    """Entries that stand in no organisation's scope are the top organisation's."""
    below = subtree(AuditEntry.org_path, scope)
    return below if path_above(scope) else or_(below, AuditEntry.org_path == "")
