"""变更账号: what a security officer may do to an account of the subtree, each with its one entry in the audit log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from auth.rate_limits import ACTIVATION_CODE_PER_ACCOUNT, PASSWORD_PER_USER_NAME
from auth.sign_out import sign_out_everywhere
from domain.accounts import (
    NAME,
    ORGANIZATION,
    PHONE,
    PHONE_IN_USE,
    ROLE,
    AccountDraft,
    problems_of,
    tidy_name,
    tidy_phone,
)
from domain.codes import AccountState, Role
from domain.errors import CallerError, Message, Problem, RefusedError, not_found
from domain.masking import told_values
from domain.records import AccountRecord, Selection, everything_of
from resolvers.activation_codes import Holder, send_activation_codes
from resolvers.officers import Officer
from resolvers.repeating import nothing, repeatable, saving
from storage.account_writing import (
    PhoneTakenError,
    account_to_change,
    change_account,
    unlock_account,
    withdraw_activation_code,
)
from storage.accounts import accounts_by_id
from storage.organizations import organizations_by_id
from storage.writing import WriteSession

_INVITED, _ACTIVE = AccountState.INVITED, AccountState.ACTIVE
_SUSPENDED, _REVOKED = AccountState.SUSPENDED, AccountState.REVOKED
_HELD = (_INVITED, _ACTIVE, _SUSPENDED)
_EXISTS = Selection(frozenset({"id"}))

Values = Mapping[str, object]
"""Column → what is to stand there."""


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account as whoever changes it has seen it; without a version, as it stands."""

    account_id: int
    version: int | None = None


class Code(Enum):
    """授权码: what becomes of the activation code."""

    KEPT = auto()
    SENT_ANEW = auto()
    WITHDRAWN = auto()


@dataclass(frozen=True, slots=True)
class Change:
    """What one use case does to an account in one of the states `of`."""

    operation: str
    of: tuple[AccountState, ...]
    values: Callable[[AccountRecord], Values]
    ends_sign_ins: bool = False
    code: Code = Code.KEPT


@repeatable(nothing)
async def suspend_account(officer: Officer, known: KnownAccount) -> None:
    """All that it is signed in with ends within a second."""
    change = Change("suspendAccount", (_INVITED, _ACTIVE), lambda _: {"state": _SUSPENDED.value}, ends_sign_ins=True)
    await _change(officer, known, change)


@repeatable(nothing)
async def resume_account(officer: Officer, known: KnownAccount) -> None:
    """As it was before: one that was never activated waits for that again."""
    await _change(officer, known, Change("resumeAccount", (_SUSPENDED,), _as_before_suspension))


@repeatable(nothing)
async def revoke_account(officer: Officer, known: KnownAccount) -> None:
    """For good; the person may be given another."""
    change = Change(
        "revokeAccount", _HELD, lambda _: {"state": _REVOKED.value}, ends_sign_ins=True, code=Code.WITHDRAWN
    )
    await _change(officer, known, change)


@repeatable(nothing)
async def change_role(officer: Officer, known: KnownAccount, role: Role) -> None:
    _require(*problems_of(AccountDraft(role=role), ROLE))
    await _change(
        officer, known, Change("changeAccountRole", _HELD, lambda _: {"role": role.value}, ends_sign_ins=True)
    )


@repeatable(nothing)
async def change_organization(officer: Officer, known: KnownAccount, organization_id: int) -> None:
    """To another organisation of the officer's subtree."""
    if not await organizations_by_id(officer.database, officer.scope, [organization_id], _EXISTS):
        raise RefusedError(ORGANIZATION.problem)
    moved = {"organization_id": organization_id}
    await _change(officer, known, Change("changeAccountOrganization", _HELD, lambda _: moved, ends_sign_ins=True))


@repeatable(nothing)
async def change_phone(officer: Officer, known: KnownAccount, phone: str) -> None:
    """A typing error, mended before the account is activated: the code that went to the wrong phone is void."""
    tidy = tidy_phone(phone)
    _require(*problems_of(AccountDraft(phone=tidy), PHONE))
    change = Change("changeAccountPhone", (_INVITED,), lambda _: {"phone": tidy}, code=Code.SENT_ANEW)
    try:
        await _change(officer, known, change)
    except PhoneTakenError:
        raise RefusedError(PHONE_IN_USE) from None


@repeatable(nothing)
async def set_name(officer: Officer, known: KnownAccount, name: str) -> None:
    tidy = tidy_name(name)
    _require(*problems_of(AccountDraft(name=tidy), NAME))
    await _change(officer, known, Change("setAccountName", _HELD, lambda _: {"name": tidy}))


@repeatable(nothing)
async def resend_activation_code(officer: Officer, known: KnownAccount) -> None:
    """The former code is void. TooManyAttemptsError after three in an hour."""
    await _require_within(officer, known.account_id, _INVITED)
    await officer.limits.require(ACTIVATION_CODE_PER_ACCOUNT, str(known.account_id))
    async with saving(officer) as session:
        account = await _held(session, officer, known, (_INVITED,))
        await send_activation_codes(session, officer, [Holder(account.id, account.phone)])
        await session.audit(officer.audited("resendActivationCode", account.id, {}))


@repeatable(nothing)
async def unlock(officer: Officer, known: KnownAccount) -> None:
    """Passwords are accepted again at once, after too many wrong ones."""
    async with saving(officer) as session:
        account = await _held(session, officer, known, (_ACTIVE,))
        await unlock_account(session, account.id)
        for user_name in (account.phone, account.identity_number):
            await officer.limits.forget_within(session, PASSWORD_PER_USER_NAME, user_name)
        await session.audit(officer.audited("unlockAccount", account.id, {}))


async def _change(officer: Officer, known: KnownAccount, change: Change) -> None:
    async with saving(officer) as session:
        account = await _held(session, officer, known, change.of)
        values = change.values(account)
        before = {column: getattr(account, column) for column in values}
        if before == values:
            raise RefusedError(_NOTHING_CHANGES)
        await change_account(session, account.id, values, officer.clock())
        await _apply_to_code(session, officer, account, values, change.code)
        if change.ends_sign_ins:
            await sign_out_everywhere(session, account.id, change.operation)
        details = {"before": told_values(before), "after": told_values(values)}
        await session.audit(officer.audited(change.operation, account.id, details))


async def _apply_to_code(
    session: WriteSession, officer: Officer, account: AccountRecord, values: Values, code: Code
) -> None:
    if code is Code.SENT_ANEW:
        phone = str(values.get("phone", account.phone))
        await send_activation_codes(session, officer, [Holder(account.id, phone)])
    elif code is Code.WITHDRAWN:
        await withdraw_activation_code(session, account.id)


async def _held(
    session: WriteSession, officer: Officer, known: KnownAccount, states: tuple[AccountState, ...]
) -> AccountRecord:
    """The account, held until the transaction ends; RefusedError when it may not be changed so."""
    account = await account_to_change(session, officer.scope, known.account_id)
    if account is None:
        raise _no_such_account()
    if account.subject == officer.subject:
        raise RefusedError(_SELF)
    if known.version not in (None, account.version):
        raise RefusedError(_conflict(account.version))
    _require_state(account, states)
    return account


async def _require_within(officer: Officer, account_id: int, state: AccountState) -> None:
    found = await accounts_by_id(officer.database, officer.scope, [account_id], everything_of(AccountRecord))
    if account_id not in found:
        raise _no_such_account()
    _require_state(found[account_id], (state,))


def _require(*problems: Problem) -> None:
    if problems:
        raise RefusedError(*problems)


def _require_state(account: AccountRecord, states: tuple[AccountState, ...]) -> None:
    if account.state not in {state.value for state in states}:
        raise RefusedError(_unfit_state(AccountState[account.state], states))


def _as_before_suspension(account: AccountRecord) -> Values:
    return {"state": _INVITED.value if account.activated_at is None else _ACTIVE.value}


def _no_such_account() -> CallerError:
    return not_found(
        "该账号不存在或不在您的管理范围内。",
        "This account does not exist, or lies outside your scope.",
        ("input", "id"),
    )


def _conflict(current: int) -> Problem:
    message = Message(
        f"此账号已被修改，当前版本为 {current}：请重新载入后再改。",
        f"The account has been changed meanwhile and is at version {current}: load it again.",
    )
    return Problem("CONFLICT", message, ("version",))


def _unfit_state(state: AccountState, states: tuple[AccountState, ...]) -> Problem:
    fitting_chinese = "、".join(f"“{fitting.chinese}”" for fitting in states)
    message = Message(
        f"此账号的状态为“{state.chinese}”，此操作只适用于{fitting_chinese}的账号。",
        f"The account is {state.value}; this can be done only to one that is "
        f"{' or '.join(fitting.value for fitting in states)}.",
    )
    return Problem("STATE_UNFIT", message, ("id",))


_SELF = Problem(
    "SELF",
    Message(
        "不能变更自己的账号：请由另一名安全员办理。",
        "Nobody changes the own account: ask another security officer.",
    ),
    ("id",),
)
_NOTHING_CHANGES = Problem(
    "NOTHING_CHANGES",
    Message("此账号已是如此，无需变更。", "The account is so already: there is nothing to change."),
)
