"""演示账号: the ready-made accounts of the demo, and which organisations they manage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import exists, insert, select

from domain.audit import AuditRecord
from domain.codes import AccountState, AuditKind
from domain.records import OrganizationRecord, whole_organization
from domain.synthetic.staff import Holder
from storage.engine import Database
from storage.filters import subtree
from storage.messages import OutgoingMessage, queue_message
from storage.models import Account, ActivationCode, Organization
from storage.organizations import whole_organizations
from storage.writing import WriteSession

_STEPS = (
    Organization.kind == "PROVINCE",
    Organization.kind == "COUNTY",
    Organization.can_approve_membership,
    Organization.kind == "BRANCH",
)
ACTIVATION_DAYS = 7


@dataclass(frozen=True, slots=True)
class DemoSecrets:
    """What opens the accounts: one password for all that are active, and a code for those that are not yet."""

    password_hash: str
    code_hash: str
    code_text: str


async def organizations_for_demo(database: Database) -> list[OrganizationRecord]:
    """The province, its first county, that county's first approving committee, and the committee's first branch."""
    chosen: list[OrganizationRecord] = []
    for step in _STEPS:
        statement = whole_organizations().where(step)
        if chosen:
            statement = statement.where(subtree(Organization.path, chosen[-1].path))
        row = await database.row(statement.order_by(Organization.path).limit(1))
        if row is not None:
            chosen.append(whole_organization(*row))
    return chosen


async def open_demo_accounts(database: Database, holders: Sequence[Holder], secrets: DemoSecrets, at: datetime) -> None:
    """Unless there are accounts already."""
    if await database.rows(select(exists(select(Account.id)))) == [(True,)]:
        return
    async with database.writing() as session:
        for holder in holders:
            account_id = await _open(session, holder, secrets, at)
            await session.audit(_opened(account_id, holder, at))


async def _open(session: WriteSession, holder: Holder, secrets: DemoSecrets, at: datetime) -> int:
    state = AccountState.INVITED if holder.is_invited else AccountState.ACTIVE
    values = {
        "subject": str(uuid4()),
        "name": holder.name,
        "identity_number": holder.identity_number,
        "phone": holder.phone,
        "role": holder.role.value,
        "organization_id": holder.organization.id,
        "state": state.value,
    }
    if not holder.is_invited:
        values |= {"password_hash": secrets.password_hash, "password_set_at": at, "activated_at": at}
    rows = await session.rows(insert(Account).values(values).returning(Account.id))
    account_id = int(rows[0][0])
    if holder.is_invited:
        await _invite(session, account_id, holder, secrets, at)
    return account_id


async def _invite(session: WriteSession, account_id: int, holder: Holder, secrets: DemoSecrets, at: datetime) -> None:
    expires_at = at + timedelta(days=ACTIVATION_DAYS)
    key = f"activation-code:{account_id}:demo"
    code = {
        "account_id": account_id,
        "code_hash": secrets.code_hash,
        "issued_at": at,
        "expires_at": expires_at,
        "message_key": key,
    }
    await session.execute(insert(ActivationCode).values(code))
    message = OutgoingMessage(key, holder.phone, "activation_code", secrets.code_text, expires_at=expires_at)
    await queue_message(session, message)


def _opened(account_id: int, holder: Holder, at: datetime) -> AuditRecord:
    return AuditRecord(
        AuditKind.ACCOUNT,
        at,
        "operator",
        org_path=holder.organization.path,
        operation="demo",
        target=f"Account:{account_id}",
        details={"role": holder.role.value, "organization": holder.organization.id},
    )
