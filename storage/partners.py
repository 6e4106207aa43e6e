"""合作系统: partners, asked for within a scope, the subtree of the security officer's organisation."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, insert, select, update

from domain.codes import ClientKind, ClientState, Scope
from domain.pages import Page, PageRequest
from domain.partners import PartnerRecord
from storage.engine import Database
from storage.filters import subtree
from storage.models import Client, Organization
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of
from storage.writing import WriteSession

_COLUMNS: tuple[Any, ...] = (
    Client.id,
    Client.client_id,
    Client.name,
    Client.organization_id,
    Client.scopes,
    Client.state,
    Client.former_secret_until,
    Client.version,
    Client.created_at,
    Client.updated_at,
)
_AS_REGISTERED = (SortKey(Client.id, descending=False, missing_first=False),)
_SCOPES = {scope.token: scope for scope in Scope}


async def page_of_partners(database: Database, scope: str, request: PageRequest) -> Page[PartnerRecord]:
    """In the order in which they were registered."""
    walk = walk_of(_AS_REGISTERED, request)
    rows = await database.rows(page_statement(_partners(scope), _AS_REGISTERED, walk))
    return page_of([_record(row) for row in rows], _AS_REGISTERED, request)


async def count_partners(database: Database, scope: str) -> int:
    return await database.number(select(func.count()).select_from(_partners(scope).subquery()))


async def partners_by_id(database: Database, scope: str, ids: Sequence[int]) -> Mapping[int, PartnerRecord]:
    """Those that exist within the scope."""
    rows = await database.rows(_partners(scope).where(one_of(Client.id, ids)))
    return {record.id: record for record in map(_record, rows)}


async def partner_to_change(session: WriteSession, scope: str, number: int) -> PartnerRecord | None:
    """Locked until the transaction ends."""
    row = await session.row(_partners(scope).where(Client.id == number).with_for_update(of=Client))
    return None if row is None else _record(row)


@dataclass(frozen=True, slots=True)
class NewPartner:
    client_id: str
    name: str
    organization_id: int
    scopes: list[str]
    secret_hash: str


async def add_partner(session: WriteSession, partner: NewPartner) -> PartnerRecord:
    values = {**asdict(partner), "kind": ClientKind.PARTNER.value, "state": ClientState.ACTIVE.value}
    rows = await session.rows(insert(Client).values(values).returning(*_COLUMNS))
    return _record(rows[0])


async def change_partner(session: WriteSession, number: int, **values: Any) -> PartnerRecord:
    """`values` by column; the version grows."""
    changed = {**values, "version": Client.version + 1, "updated_at": func.now()}
    rows = await session.rows(update(Client).where(Client.id == number).values(changed).returning(*_COLUMNS))
    return _record(rows[0])


def _partners(scope: str) -> Select[Any]:
    of_scope: ColumnElement[bool] = subtree(Organization.path, scope)
    return (
        select(*_COLUMNS)
        .join(Organization, Organization.id == Client.organization_id)
        .where(Client.kind == ClientKind.PARTNER.value, of_scope)
    )


def _record(row: tuple[Any, ...]) -> PartnerRecord:
    number, client_id, name, organization_id, scopes, state, *rest = row
    known = tuple(_SCOPES[scope] for scope in scopes if scope in _SCOPES)
    return PartnerRecord(number, client_id, name, organization_id, known, ClientState[state], *rest)
