"""验证手机: the two steps that activation and recovery begin with: a phone is named, then the code sent to it."""

from collections.abc import Callable, Mapping

from auth.desk import Desk, Visitor
from auth.verification_codes import WRONG_CODE, require_sms, require_tries, send_code, tried_code
from domain.codes import AccountState, AuditKind, CodePurpose
from domain.errors import RefusedError
from domain.user_names import masked_user_name, typed_phone
from storage.sign_in import AccountAtTheDoor, account_by_phone, locked_account

_RECEIVES: Mapping[CodePurpose, Callable[[AccountAtTheDoor], bool]] = {
    CodePurpose.ACTIVATION: lambda account: account.state is AccountState.INVITED,
    CodePurpose.RECOVERY: lambda account: account.state is AccountState.ACTIVE,
}
"""Whose phone a code is sent to. For everybody else all looks and takes the same, but nothing is sent."""


async def name_phone(desk: Desk, visitor: Visitor, purpose: CodePurpose, typed: str) -> None:
    """TooManyAttemptsError; otherwise nothing tells whose phone it is, or whether it is anybody's."""
    phone = typed_phone(typed)
    await require_sms(desk, visitor, purpose, phone)
    account = await account_by_phone(desk.database, phone)
    recipient = account if account is not None and _RECEIVES[purpose](account) else None
    async with desk.database.writing() as session:
        await send_code(desk, session, visitor, purpose, recipient)
        details = {
            "purpose": purpose.value,
            "phone": masked_user_name(phone),
            "outcome": "SENT" if recipient else "NOT_SENT",
        }
        await session.audit(desk.audited(visitor, AuditKind.CREDENTIAL, "sendVerificationCode", account, details))


async def verify_phone(desk: Desk, visitor: Visitor, purpose: CodePurpose, code: str) -> None:
    """RefusedError WRONG_VERIFICATION_CODE, TooManyAttemptsError."""
    await require_tries(desk, visitor)
    async with desk.database.writing() as session:
        tried = await tried_code(desk, session, visitor, purpose, code)
        account = await locked_account(session, tried.account_id if tried else None)
        is_right = tried is not None and tried.right
        details = {"purpose": purpose.value, "outcome": "RIGHT" if is_right else "WRONG"}
        await session.audit(desk.audited(visitor, AuditKind.CREDENTIAL, "verifyPhone", account, details))
    if not is_right:
        raise RefusedError(WRONG_CODE)
