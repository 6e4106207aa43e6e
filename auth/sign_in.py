"""登录: user name and password, then the second factor, then a session in the browser."""

from collections.abc import Mapping

from auth.desk import Desk, Visitor
from auth.rate_limits import (
    FAILURE_DELAYS,
    PASSWORD_PER_ADDRESS,
    PASSWORD_PER_USER_NAME,
    SECOND_FACTOR_PER_ACCOUNT,
)
from auth.sign_out import end_visit
from auth.verification_codes import WRONG_CODE, require_sms, require_tries, send_code, tried_code
from domain.codes import AuditKind, CodePurpose
from domain.errors import Message, Problem, RefusedError
from domain.secrets import new_secret
from domain.user_names import masked_user_name, typed_user_name
from storage.browser_sessions import begin_session
from storage.sign_in import (
    AccountAtTheDoor,
    account_by_id,
    account_by_user_name,
    admit_by_password,
    locked_account,
    note_sign_in,
)
from storage.verification_codes import awaited_account, spend_verification

_WRONG_PASSWORD = Problem(
    "WRONG_PASSWORD",
    Message(
        "用户名或密码不正确。连续失败后须等待一段时间才能再次登录，期间正确的密码也无法登录。",
        "The user name or the password is wrong. After several failures one has to wait, and until then not even "
        "the right password signs in.",
    ),
    ("userName",),
)


async def check_password(desk: Desk, visitor: Visitor, user_name: str, password: str) -> None:
    """The first factor; the second is on its way to the account's phone then.

    RefusedError WRONG_PASSWORD, which is said with the same words after the same work whether there is no such account,
    it may not sign in, it is locked, or the password is another. TooManyAttemptsError goes by what was typed.
    """
    began, name = desk.clock(), typed_user_name(user_name)
    await desk.limits.require(PASSWORD_PER_ADDRESS, visitor.network)
    await desk.limits.require_pause(PASSWORD_PER_USER_NAME, name)
    account = await account_by_user_name(desk.database, name)
    checked = await desk.passwords.compared(password, account.password_hash if account else None)
    async with desk.database.writing() as session:
        # as of `began`: the account waits no longer than the name does, of which alone people are told
        admitted = await admit_by_password(session, account.id if account else None, checked, FAILURE_DELAYS, began)
        details = {"factor": "password", "userName": masked_user_name(name), **_outcome(account, admitted)}
        await session.audit(desk.audited(visitor, AuditKind.SIGN_IN, "checkPassword", account, details))
    if account is None or not admitted:
        raise RefusedError(_WRONG_PASSWORD)
    await desk.limits.forget(PASSWORD_PER_USER_NAME, name)
    await _send_second_factor(desk, visitor, account)


async def send_another_second_factor(desk: Desk, visitor: Visitor) -> None:
    """Nothing is sent unless the password was right a moment ago in this browser."""
    account_id = await awaited_account(desk.database, visitor.session_hash, CodePurpose.SIGN_IN, desk.clock())
    account = None if account_id is None else await account_by_id(desk.database, account_id)
    if account is not None and account.is_active:
        await _send_second_factor(desk, visitor, account)


async def check_second_factor(desk: Desk, visitor: Visitor, code: str) -> str:
    """The token of the session that begins; the visitor's former one is worth nothing then.

    RefusedError WRONG_VERIFICATION_CODE, TooManyAttemptsError.
    """
    await require_tries(desk, visitor)
    account_id = await awaited_account(desk.database, visitor.session_hash, CodePurpose.SIGN_IN, desk.clock())
    if account_id is not None:
        await desk.limits.require(SECOND_FACTOR_PER_ACCOUNT, str(account_id))
    session_token = new_secret()
    async with desk.database.writing() as session:
        tried = await tried_code(desk, session, visitor, CodePurpose.SIGN_IN, code)
        account = await locked_account(session, tried.account_id if tried else None)
        enters = account is not None and account.is_active and tried is not None and tried.right
        if account is not None and enters:
            await end_visit(session, visitor, "signed in anew")
            await begin_session(session, session_token, account.id, desk.clock())
            await spend_verification(session, visitor.session_hash, CodePurpose.SIGN_IN, desk.clock())
            await note_sign_in(session, account.id, desk.clock())
        details = {"factor": "verification code", **_outcome(account, enters)}
        await session.audit(desk.audited(visitor, AuditKind.SIGN_IN, "checkSecondFactor", account, details))
    if not enters:
        raise RefusedError(WRONG_CODE)
    return session_token


async def _send_second_factor(desk: Desk, visitor: Visitor, account: AccountAtTheDoor) -> None:
    await require_sms(desk, visitor, CodePurpose.SIGN_IN, str(account.id))
    async with desk.database.writing() as session:
        await send_code(desk, session, visitor, CodePurpose.SIGN_IN, account)


def _outcome(account: AccountAtTheDoor | None, admitted: bool) -> Mapping[str, str]:
    """For auditors, who may know more than whoever tried."""
    state = account.state.value if account else "UNKNOWN"
    return {"outcome": "ADMITTED" if admitted else "REFUSED", "accountState": state}
