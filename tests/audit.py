"""Reading the audit log in tests, as it stands in the database."""

import psycopg
from sqlalchemy import select

from domain.audit import AuditRecord
from domain.codes import AuditKind, Role
from storage.engine import Database, libpq_url
from storage.models import AuditEntry

_COLUMNS = (
    AuditEntry.kind,
    AuditEntry.at,
    AuditEntry.actor,
    AuditEntry.role,
    AuditEntry.organization_id,
    AuditEntry.org_path,
    AuditEntry.operation,
    AuditEntry.target,
    AuditEntry.correlation_id,
    AuditEntry.address,
    AuditEntry.details,
)


async def entries_of(database: Database, correlation_id: str) -> list[AuditRecord]:
    """What one request left, in order."""
    statement = select(*_COLUMNS).where(AuditEntry.correlation_id == correlation_id).order_by(AuditEntry.id)
    return [_record(*row) for row in await database.rows(statement)]


async def entries_of_kind(database: Database, kind: AuditKind) -> list[AuditRecord]:
    """In order, whoever left them."""
    statement = select(*_COLUMNS).where(AuditEntry.kind == kind.value).order_by(AuditEntry.id)
    return [_record(*row) for row in await database.rows(statement)]


def _record(kind: str, at: object, actor: str, role: str | None, *rest: object) -> AuditRecord:
    return AuditRecord(AuditKind[kind], at, actor, Role[role] if role else None, *rest)  # type: ignore[arg-type] # columns


def tamper(url: str, statement: str) -> None:
    """As the owner of the tables, with the trigger out of the way."""
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute("ALTER TABLE audit_entries DISABLE TRIGGER append_only")
        connection.execute(statement)
        connection.execute("ALTER TABLE audit_entries ENABLE TRIGGER append_only")
