"""最后一步: what ends activation and recovery, once the phone was verified."""

from collections.abc import Sequence
from datetime import timedelta

from auth.desk import Desk, Visitor
from auth.rate_limits import (
    ACTIVATION_PER_ACCOUNT,
    ACTIVATION_PER_ADDRESS,
    RECOVERY_PER_ACCOUNT,
    RECOVERY_PER_ADDRESS,
    Limit,
)
from domain.codes import CodePurpose
from domain.errors import Message, Problem, RefusedError
from domain.passwords import password_problems
from storage.sign_in import AccountAtTheDoor
from storage.verification_codes import verified_account

WITHIN = timedelta(minutes=10)
"""After the phone was verified."""

START_AGAIN = Problem(
    "START_AGAIN",
    Message(
        "手机验证已过期或尝试次数过多，请重新开始。",
        "The phone was verified too long ago, or this was tried too often. Start again.",
    ),
)

NOT_AS_REGISTERED = Problem(
    "NOT_AS_REGISTERED",
    Message(
        "所填信息与登记不符，或授权码已过期、已使用。请逐项核对；仍不成功请联系安全员。",
        "What you entered is not as it was registered, or the activation code has expired or was used. Check every "
        "field; if it still fails, ask your security officer.",
    ),
)

_LIMITS: dict[CodePurpose, tuple[Limit, Limit]] = {
    CodePurpose.ACTIVATION: (ACTIVATION_PER_ADDRESS, ACTIVATION_PER_ACCOUNT),
    CodePurpose.RECOVERY: (RECOVERY_PER_ADDRESS, RECOVERY_PER_ACCOUNT),
}


async def phone_was_verified(desk: Desk, visitor: Visitor, purpose: CodePurpose) -> bool:
    """Whether the last step may be tried."""
    return await _verified(desk, visitor, purpose) is not None


async def require_last_step(desk: Desk, visitor: Visitor, purpose: CodePurpose) -> None:
    """Counts a try. RefusedError START_AGAIN, TooManyAttemptsError."""
    per_address, per_account = _LIMITS[purpose]
    account_id = await _verified(desk, visitor, purpose)
    if account_id is None:
        raise RefusedError(START_AGAIN)
    await desk.limits.require(per_address, visitor.network)
    await desk.limits.require(per_account, str(account_id))


def require_good_password(password: str, *personal: str, path: str = "password") -> None:
    """RefusedError with all that is wrong with it."""
    _refuse(password_problems(password, (path,), personal=personal))


def require_impersonal_password(password: str, account: AccountAtTheDoor, path: str = "password") -> None:
    """For when it is known who sets it, and not before: it would tell whose phone it is."""
    require_good_password(password, account.identity_number, account.phone, path=path)


def _refuse(problems: Sequence[Problem]) -> None:
    if problems:
        raise RefusedError(*problems)


async def _verified(desk: Desk, visitor: Visitor, purpose: CodePurpose) -> int | None:
    return await verified_account(desk.database, visitor.session_hash, purpose, desk.clock(), WITHIN)
