"""登录: accounts as those see them who want to sign in, regardless of scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, literal, null, or_, select, update

from domain.codes import AccountState, Role
from domain.user_names import is_identity_number_like
from storage.engine import Database
from storage.models import Account, ActivationCode, Organization
from storage.verification_codes import NOBODY
from storage.writing import Row, WriteSession


@dataclass(frozen=True, slots=True)
class AccountAtTheDoor:
    """What is compared with what somebody typed. `org_path` is where auditors find what the account does."""

    id: int
    subject: str
    name: str
    identity_number: str
    phone: str
    role: Role
    organization_id: int
    org_path: str
    state: AccountState
    password_hash: str | None

    @property
    def is_active(self) -> bool:
        return self.state is AccountState.ACTIVE


@dataclass(frozen=True, slots=True)
class CheckedPassword:
    """How a typed password compared with the hash that was read, empty when there was none to read.

    `updated_hash` is the one that is to be kept: the same, or another by today's parameters.
    """

    right: bool
    compared_with: str
    updated_hash: str


async def account_by_user_name(database: Database, user_name: str) -> AccountAtTheDoor | None:
    """By identity number or phone, as it looks; never one that is revoked."""
    column = Account.identity_number if is_identity_number_like(user_name) else Account.phone
    return _account(await database.row(_accounts().where(column == user_name)))


async def account_by_phone(database: Database, phone: str) -> AccountAtTheDoor | None:
    return _account(await database.row(_accounts().where(Account.phone == phone)))


async def account_by_id(database: Database, account_id: int) -> AccountAtTheDoor | None:
    return _account(await database.row(_accounts().where(Account.id == account_id)))


async def locked_account(session: WriteSession, account_id: int | None) -> AccountAtTheDoor | None:
    """As it stands, held until the transaction ends."""
    found = _accounts().where(Account.id == (NOBODY if account_id is None else account_id))
    return _account(await session.row(found.with_for_update(of=Account)))


async def admit_by_password(
    session: WriteSession,
    account_id: int | None,
    checked: CheckedPassword,
    delays: Sequence[timedelta],
    now: datetime,
) -> bool:
    """Whether the password opens the account now; if not, that is a failure, and the account slows down and locks.

    One statement, the same whatever comes of it: nothing is opened while the account is locked, not even by the right
    password, and of wrong ones at the same moment each counts.
    """
    opens = and_(
        Account.state == AccountState.ACTIVE.value,
        Account.password_hash == checked.compared_with,
        literal(checked.right),
    )
    failures = case((Account.failed_attempts >= len(delays), 1), else_=Account.failed_attempts + 1)
    waits = case({n: now + delay for n, delay in enumerate(delays, 1)}, value=failures)
    tried = (
        update(Account)
        .where(
            Account.id == (NOBODY if account_id is None else account_id),
            or_(Account.locked_until.is_(None), Account.locked_until <= now),
        )
        .values(
            failed_attempts=case((opens, 0), else_=failures),
            locked_until=case((opens, null()), else_=waits),
            password_hash=case((opens, checked.updated_hash), else_=Account.password_hash),
        )
        .returning(Account.failed_attempts)
    )
    row = await session.row(tried)
    return row is not None and row[0] == 0


async def use_activation_code(
    session: WriteSession, account_id: int | None, code_hash: str, now: datetime, *, all_matches: bool
) -> bool:
    """Whether the code was good; it is used up then. When not `all_matches` the same work is done and it is not."""
    used = (
        update(ActivationCode)
        .where(
            ActivationCode.account_id == (account_id if all_matches and account_id is not None else NOBODY),
            ActivationCode.code_hash == code_hash,
            ActivationCode.used_at.is_(None),
            ActivationCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(ActivationCode.account_id)
    )
    return await session.row(used) is not None


async def set_password(session: WriteSession, account_id: int, password_hash: str, now: datetime) -> None:
    """Ends the lock too: whoever may set it anew has shown who they are."""
    await session.execute(_with_password(account_id, password_hash, now))


async def activate_account(session: WriteSession, account_id: int, password_hash: str, now: datetime) -> None:
    changed = {"state": AccountState.ACTIVE.value, "activated_at": now}
    await session.execute(_with_password(account_id, password_hash, now).values(changed))


async def note_sign_in(session: WriteSession, account_id: int, now: datetime) -> None:
    await session.execute(update(Account).where(Account.id == account_id).values(signed_in_at=now))


def _with_password(account_id: int, password_hash: str, now: datetime) -> Any:
    return (
        update(Account)
        .where(Account.id == account_id)
        .values(
            password_hash=password_hash,
            password_set_at=now,
            failed_attempts=0,
            locked_until=null(),
            version=Account.version + 1,
            updated_at=now,
        )
    )


_COLUMNS: tuple[Any, ...] = (
    Account.id,
    Account.subject,
    Account.name,
    Account.identity_number,
    Account.phone,
    Account.role,
    Account.organization_id,
    Organization.path,
    Account.state,
    Account.password_hash,
)


def _accounts() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join_from(Account, Organization, Organization.id == Account.organization_id)
        .where(Account.state != AccountState.REVOKED.value)
    )


def _account(row: Row | None) -> AccountAtTheDoor | None:
    if row is None:
        return None
    account_id, subject, name, identity_number, phone, role, organization_id, org_path, state, password_hash = row
    return AccountAtTheDoor(
        account_id,
        subject,
        name,
        identity_number,
        phone,
        Role[role],
        organization_id,
        org_path,
        AccountState[state],
        password_hash,
    )
