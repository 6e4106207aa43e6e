"""客户端 of the authorization server."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, column, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.codes import ClientKind, ClientState
from storage.engine import Database
from storage.models import Client, Organization
from storage.writing import Row, WriteSession


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """`organization_id` and `org_path` are a partner's; so are the hashes of its secrets."""

    id: int
    client_id: str
    kind: ClientKind
    name: str
    organization_id: int | None
    org_path: str | None
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    secret_hash: str | None
    former_secret_hash: str | None
    former_secret_until: datetime | None
    state: ClientState


_COLUMNS = (
    Client.id,
    Client.client_id,
    Client.kind,
    Client.name,
    Client.organization_id,
    Organization.path,
    Client.scopes,
    Client.redirect_uris,
    Client.secret_hash,
    Client.former_secret_hash,
    Client.former_secret_until,
    Client.state,
)


async def active_client(session: WriteSession, client_id: str) -> ClientRecord | None:
    """None for one that is unknown, suspended or revoked."""
    rows = await session.rows(_clients().where(Client.client_id == client_id, Client.state == ClientState.ACTIVE.value))
    return _record(rows[0]) if rows else None


async def first_party_clients(session: WriteSession) -> list[ClientRecord]:
    found = _clients().where(Client.kind == ClientKind.FIRST_PARTY.value).order_by(Client.client_id)
    return [_record(row) for row in await session.rows(found)]


async def first_party_client(session: WriteSession, client_id: str) -> ClientRecord | None:
    """In whatever state; locked until the transaction ends."""
    found = _clients().where(Client.client_id == client_id, Client.kind == ClientKind.FIRST_PARTY.value)
    rows = await session.rows(found.with_for_update(of=Client))
    return _record(rows[0]) if rows else None


async def add_first_party_client(
    session: WriteSession, client_id: str, name: str, redirect_uris: list[str], scopes: list[str]
) -> bool:
    """False when there is a client of that id already; of several that come at once, one adds it."""
    values = {
        "client_id": client_id,
        "kind": ClientKind.FIRST_PARTY.value,
        "name": name,
        "redirect_uris": redirect_uris,
        "scopes": scopes,
        "state": ClientState.ACTIVE.value,
    }
    added = insert(Client).values(values).on_conflict_do_nothing(index_elements=[Client.client_id])
    return await session.execute(added) > 0


async def change_first_party_client(session: WriteSession, client_number: int, **values: Any) -> None:
    changed = {**values, "version": Client.version + 1, "updated_at": func.now()}
    await session.execute(update(Client).where(Client.id == client_number).values(changed))


async def secret_hash_of(session: WriteSession, client_number: int) -> str | None:
    return _only(await session.row(_secret_hash(client_number)))


async def current_secret_hash(database: Database, client_number: int) -> str | None:
    return _only(await database.row(_secret_hash(client_number)))


def _secret_hash(client_number: int) -> Select[Any]:
    return select(Client.secret_hash).where(Client.id == client_number)


def _only(row: Row | None) -> str | None:
    return None if row is None else row[0]


async def is_origin_of_a_front_end(database: Database, origin: str) -> bool:
    """Whether an application in use, at which people sign in, has a page at that origin to come back to."""
    uri = func.unnest(Client.redirect_uris).table_valued(column("uri", Text())).render_derived()
    comes_back = (
        select(1).select_from(uri).where(or_(uri.c.uri == origin, uri.c.uri.startswith(f"{origin}/", autoescape=True)))
    )
    found: Select[Any] = select(func.count()).where(
        Client.kind == ClientKind.FIRST_PARTY.value, Client.state == ClientState.ACTIVE.value, comes_back.exists()
    )
    return await database.number(found) > 0


def _clients() -> Select[Any]:
    columns: tuple[Any, ...] = _COLUMNS
    return select(*columns).outerjoin(Organization, Organization.id == Client.organization_id)


def _record(row: tuple[Any, ...]) -> ClientRecord:
    number, client_id, kind, name, organization_id, path, scopes, uris, secret, former, until, state = row
    return ClientRecord(
        number,
        client_id,
        ClientKind[kind],
        name,
        organization_id,
        path,
        tuple(scopes),
        tuple(uris),
        secret,
        former,
        until,
        ClientState[state],
    )
