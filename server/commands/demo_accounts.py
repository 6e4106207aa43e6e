"""演示账号: opened as the operator opens accounts, and all but one activated at once."""

from collections.abc import Sequence

from auth.passwords import Passwords
from domain.accounts import AccountDraft, account_draft
from domain.synthetic.staff import DEMO_PASSWORD, StaffMember
from resolvers.activation_codes import Holder, send_activation_codes
from resolvers.officers import Officer
from storage.account_writing import insert_accounts
from storage.accounts import count_accounts
from storage.sign_in import activate_account


async def open_demo_accounts(officer: Officer, staff: Sequence[StaffMember]) -> None:
    """Unless there are accounts already."""
    if await count_accounts(officer.database, officer.scope, None):
        return
    password_hash, now = await Passwords().hashed(DEMO_PASSWORD), officer.clock()
    async with officer.database.writing() as session:
        ids = await insert_accounts(session, [_draft(member) for member in staff], now)
        for member in staff:
            account_id = ids[member.identity_number]
            if member.is_invited:
                await send_activation_codes(session, officer, [Holder(account_id, member.phone)])
            else:
                await activate_account(session, account_id, password_hash, now)
            details = {"role": member.role.value, "organization": member.organization.id}
            await session.audit(officer.audited("demo", account_id, details))


def _draft(member: StaffMember) -> AccountDraft:
    return account_draft(member.name, member.identity_number, member.phone, member.role, member.organization.id)
