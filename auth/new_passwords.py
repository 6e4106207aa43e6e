"""新密码: a forgotten password is set anew through the verified phone; a known one is changed by who is signed in."""

from secrets import token_urlsafe

from auth.desk import Desk, Visitor
from auth.last_steps import (
    NOT_AS_REGISTERED,
    START_AGAIN,
    WITHIN,
    require_good_password,
    require_impersonal_password,
    require_last_step,
)
from auth.rate_limits import OLD_PASSWORD_PER_ACCOUNT, PASSWORD_PER_ADDRESS
from auth.sign_out import sign_out_everywhere
from domain.codes import AuditKind, CodePurpose
from domain.errors import Message, Problem, RefusedError
from domain.messages import PASSWORD_CHANGED_TEXT, PASSWORD_RECOVERED_TEXT
from domain.secrets import new_secret
from domain.user_names import typed_identity_number
from storage.browser_sessions import SignedIn, begin_session
from storage.messages import OutgoingMessage, queue_message
from storage.sign_in import AccountAtTheDoor, account_by_id, locked_account, set_password
from storage.verification_codes import spend_verification, try_to_finish
from storage.writing import WriteSession

_WRONG_OLD_PASSWORD = Problem(
    "WRONG_PASSWORD",
    Message("原密码不正确。", "The present password is wrong."),
    ("oldPassword",),
)
_UNCHANGED = Problem(
    "PASSWORD_UNCHANGED",
    Message("新密码不能与原密码相同。", "The new password must be another than the present one."),
    ("newPassword",),
)


async def recover(desk: Desk, visitor: Visitor, identity_number: str, password: str) -> None:
    """Sets the password of the account whose phone was verified, and signs it out everywhere.

    RefusedError with what is wrong with the password; NOT_AS_REGISTERED; START_AGAIN. TooManyAttemptsError.
    """
    typed = typed_identity_number(identity_number)
    require_good_password(password, typed)
    await require_last_step(desk, visitor, CodePurpose.RECOVERY)
    password_hash, now = await desk.passwords.hashed(password), desk.clock()
    async with desk.database.writing() as session:
        account_id = await try_to_finish(session, visitor.session_hash, CodePurpose.RECOVERY, now, WITHIN)
        account = await locked_account(session, account_id)
        recovers = account is not None and account.is_active and account.identity_number == typed
        if account is not None and recovers:
            require_impersonal_password(password, account)
            await _set_anew(desk, session, account, password_hash)
            await _tell(session, account, "password-recovered", PASSWORD_RECOVERED_TEXT)
            await spend_verification(session, visitor.session_hash, CodePurpose.RECOVERY, now)
        details = {"outcome": "RECOVERED" if recovers else "REFUSED"}
        await session.audit(desk.audited(visitor, AuditKind.CREDENTIAL, "recover", account, details))
    if account_id is None:
        raise RefusedError(START_AGAIN)
    if not recovers:
        raise RefusedError(NOT_AS_REGISTERED)


async def change_password(desk: Desk, visitor: Visitor, who: SignedIn, old: str, new: str) -> str:
    """The token of a new session: all that there were, and their tokens, are ended.

    RefusedError WRONG_PASSWORD, PASSWORD_UNCHANGED or what is wrong with the new one. TooManyAttemptsError.
    """
    await desk.limits.require(PASSWORD_PER_ADDRESS, visitor.network)
    await desk.limits.require(OLD_PASSWORD_PER_ACCOUNT, str(who.account_id))
    known = await account_by_id(desk.database, who.account_id)
    checked = await desk.passwords.compared(old, known.password_hash if known else None)
    if known is not None and checked.right:
        require_impersonal_password(new, known, path="newPassword")
        if new == old:
            raise RefusedError(_UNCHANGED)
    password_hash, session_token = await desk.passwords.hashed(new), new_secret()
    async with desk.database.writing() as session:
        account = await locked_account(session, who.account_id)
        changes = checked.right and account is not None and account.password_hash == checked.compared_with
        if account is not None and changes:
            await _set_anew(desk, session, account, password_hash)
            await _tell(session, account, "password-changed", PASSWORD_CHANGED_TEXT)
            await begin_session(session, session_token, account.id, desk.clock())
        details = {"outcome": "CHANGED" if changes else "REFUSED"}
        await session.audit(desk.audited(visitor, AuditKind.CREDENTIAL, "changePassword", account, details))
    if not changes:
        raise RefusedError(_WRONG_OLD_PASSWORD)
    return session_token


async def _set_anew(desk: Desk, session: WriteSession, account: AccountAtTheDoor, password_hash: str) -> None:
    """Whoever knew the old one is out."""
    await set_password(session, account.id, password_hash, desk.clock())
    await sign_out_everywhere(session, account.id, "password set anew")


async def _tell(session: WriteSession, account: AccountAtTheDoor, template: str, text: str) -> None:
    key = f"{template}/{token_urlsafe(16)}"
    await queue_message(session, OutgoingMessage(key, account.phone, template, text))
