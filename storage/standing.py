"""现状: what a grant or an account is worth at the moment: who stands behind it, and whether it still holds."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Select, Text, and_, any_, cast, column, func, or_, select
from sqlalchemy.dialects.postgresql import TIMESTAMP

from domain.codes import AccountState, ClientKind, ClientState, Role
from domain.records import OrganizationRecord, columns_of, whole_organization
from storage.models import Account, Client, Grant, Organization
from storage.statements import Statement, parameter, statement_of


class Reads(Protocol):
    """A database, or one transaction on it."""

    async def row(self, statement: Statement) -> tuple[Any, ...] | None: ...


class ReadsRows(Protocol):
    async def rows(self, statement: Statement) -> list[tuple[Any, ...]]: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """Who asks by a grant: a person, or a partner, whose subject is its client id and who has no account.

    `scopes` are those of the grant that the client may still have.
    """

    subject: str
    name: str
    role: Role
    organization: OrganizationRecord
    account_id: int | None = None
    grant_id: str | None = None
    client_id: str | None = None
    session_hash: str | None = None
    scopes: frozenset[str] = frozenset()
    authenticated_at: datetime | None = None


_ORGANIZATION = [getattr(Organization, name) for name in columns_of(OrganizationRecord)]
_OF_ACCOUNT = (Account.subject, Account.name, Account.role, Account.id)
_OF_GRANT = (Grant.id, Client.client_id, Grant.session_hash, Grant.scope, Client.scopes, Grant.authenticated_at)


async def standing_of_grant(source: Reads, grant_id: str, now: datetime) -> Standing | None:
    """None when it is unknown, revoked or expired, or when its client or account may no longer be used."""
    row = await source.row(_by_grant().with_values({"grant_id": grant_id, "now": now}))
    if row is None:
        return None
    organization = whole_organization(*row[: len(_ORGANIZATION)])
    client_name, subject, name, role, account_id, grant, client_id, session_hash, scope, allowed, at = row[
        len(_ORGANIZATION) :
    ]
    return Standing(
        subject=client_id if account_id is None else subject,
        name=client_name if account_id is None else name,
        role=Role.PARTNER if account_id is None else Role[role],
        organization=organization,
        account_id=account_id,
        grant_id=grant,
        client_id=client_id,
        session_hash=session_hash,
        scopes=frozenset(scope.split()) & frozenset(allowed),
        authenticated_at=at,
    )


async def standing_of_partner(source: Reads, partner_id: int) -> Standing | None:
    """As of a grant with all the scopes that the partner may have; None when it may not be used."""
    row = await source.row(_by_partner().with_values({"partner_id": partner_id}))
    if row is None:
        return None
    client_id, name, scopes = row[len(_ORGANIZATION) :]
    organization = whole_organization(*row[: len(_ORGANIZATION)])
    return Standing(client_id, name, Role.PARTNER, organization, client_id=client_id, scopes=frozenset(scopes))


async def standing_of_account(source: Reads, named: str) -> Standing | None:
    """Of the account in use with that subject or identity number; None when there is none."""
    row = await source.row(_by_account().with_values({"named": named}))
    if row is None:
        return None
    subject, name, role, account_id = row[len(_ORGANIZATION) :]
    return Standing(subject, name, Role[role], whole_organization(*row[: len(_ORGANIZATION)]), account_id)


async def fingerprints_of_grants(source: ReadsRows, grant_ids: Collection[str], now: datetime) -> dict[str, int]:
    """Of those that hold: another number once anything of `standing_of_grant` is another."""
    return dict(await source.rows(_of_grants().with_values({"grant_ids": list(grant_ids), "now": now})))


async def fingerprints_of_accounts(source: ReadsRows, named: Collection[str]) -> dict[str, int]:
    """Of those in use, as `standing_of_account` has them."""
    return dict(await source.rows(_of_accounts().with_values({"named": list(named)})))


async def fingerprints_of_organizations(source: ReadsRows, ids: Collection[int]) -> dict[int, int]:
    return dict(await source.rows(_of_organizations().with_values({"ids": list(ids)})))


@lru_cache(maxsize=1)
def _by_grant() -> Statement:
    """Built once: it is asked for each caller every second."""
    columns = (*_ORGANIZATION, Client.name, *_OF_ACCOUNT, *_OF_GRANT)
    return statement_of(_holding(select(*columns)).where(Grant.id == parameter("grant_id", Text())))


@lru_cache(maxsize=1)
def _of_grants() -> Statement:
    columns: tuple[Any, ...] = (Grant.id, _fingerprint(*_ORGANIZATION, Client.name, *_OF_ACCOUNT, *_OF_GRANT))
    asked = Grant.id == any_(parameter("grant_ids", ARRAY(Text())))
    return statement_of(_holding(select(*columns)).where(asked))


def _holding(found: Select[Any]) -> Select[Any]:
    place = func.coalesce(Account.organization_id, Client.organization_id)
    return (
        found.select_from(Grant)
        .join(Client, Client.id == Grant.client_id)
        .outerjoin(Account, Account.id == Grant.account_id)
        .join(Organization, Organization.id == place)
        .where(_holds(), _clients_and_account_are_in_use())
    )


@lru_cache(maxsize=1)
def _by_partner() -> Statement:
    found: Select[Any] = (
        select(*_ORGANIZATION, Client.client_id, Client.name, Client.scopes)
        .select_from(Client)
        .join(Organization, Organization.id == Client.organization_id)
        .where(
            Client.id == parameter("partner_id", BigInteger()),
            Client.kind == ClientKind.PARTNER.value,
            Client.state == ClientState.ACTIVE.value,
        )
    )
    return statement_of(found)


def _holds() -> ColumnElement[bool]:
    return and_(Grant.revoked_at.is_(None), Grant.expires_at > parameter("now", TIMESTAMP(timezone=True)))


def _clients_and_account_are_in_use() -> ColumnElement[bool]:
    account = or_(Grant.account_id.is_(None), Account.state == AccountState.ACTIVE.value)
    return and_(Client.state == ClientState.ACTIVE.value, account)


@lru_cache(maxsize=1)
def _by_account() -> Statement:
    found: Select[Any] = select(*_ORGANIZATION, *_OF_ACCOUNT).select_from(Account)
    return statement_of(
        found.join(Organization, Organization.id == Account.organization_id).where(
            _is_named(parameter("named", Text())), Account.state == AccountState.ACTIVE.value
        )
    )


@lru_cache(maxsize=1)
def _of_accounts() -> Statement:
    names = func.unnest(parameter("named", ARRAY(Text()))).table_valued(column("name", Text())).render_derived()
    found: Select[Any] = select(names.c.name, _fingerprint(*_ORGANIZATION, *_OF_ACCOUNT)).select_from(names)
    return statement_of(
        found.join(Account, _is_named(names.c.name))
        .join(Organization, Organization.id == Account.organization_id)
        .where(Account.state == AccountState.ACTIVE.value)
    )


def _is_named(name: ColumnElement[str]) -> ColumnElement[bool]:
    return or_(Account.subject == name, Account.identity_number == name)


@lru_cache(maxsize=1)
def _of_organizations() -> Statement:
    asked = Organization.id == any_(parameter("ids", ARRAY(BigInteger())))
    return statement_of(select(Organization.id, _fingerprint(*_ORGANIZATION)).where(asked))


def _fingerprint(*columns: Any) -> ColumnElement[int]:
    return func.hashtextextended(cast(func.row(*columns), Text()), 0)
