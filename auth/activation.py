"""激活: an account that was opened for somebody becomes theirs. The steps before are those of `auth.verified_phone`."""

from dataclasses import dataclass
from unicodedata import normalize

from auth.desk import Desk, Visitor
from auth.last_steps import (
    NOT_AS_REGISTERED,
    START_AGAIN,
    WITHIN,
    require_good_password,
    require_impersonal_password,
    require_last_step,
)
from auth.one_time_codes import hashed_code
from domain.codes import AccountState, AuditKind, CodePurpose
from domain.errors import RefusedError
from domain.user_names import typed_identity_number
from storage.sign_in import AccountAtTheDoor, activate_account, locked_account, use_activation_code
from storage.verification_codes import spend_verification, try_to_finish


@dataclass(frozen=True, slots=True)
class Activation:
    """What the holder of the account enters, as it was typed."""

    activation_code: str
    name: str
    identity_number: str
    password: str

    def matches(self, account: AccountAtTheDoor) -> bool:
        """All that must be as the security officer entered it, but for the code."""
        return (
            account.state is AccountState.INVITED
            and _plain(account.name) == _plain(self.name)
            and account.identity_number == typed_identity_number(self.identity_number)
        )


async def activate(desk: Desk, visitor: Visitor, entered: Activation) -> None:
    """RefusedError with what is wrong with the password; NOT_AS_REGISTERED, whatever it is that does not match;
    START_AGAIN. TooManyAttemptsError. The activation code is used up when all is well, and only then."""
    require_good_password(entered.password, typed_identity_number(entered.identity_number))
    await require_last_step(desk, visitor, CodePurpose.ACTIVATION)
    password_hash = await desk.passwords.hashed(entered.password)
    code_hash, now = hashed_code(entered.activation_code, desk.code_key), desk.clock()
    async with desk.database.writing() as session:
        account_id = await try_to_finish(session, visitor.session_hash, CodePurpose.ACTIVATION, now, WITHIN)
        account = await locked_account(session, account_id)
        matches = account is not None and entered.matches(account)
        activates = await use_activation_code(session, account_id, code_hash, now, all_matches=matches)
        if account is not None and activates:
            require_impersonal_password(entered.password, account)
            await activate_account(session, account.id, password_hash, now)
            await spend_verification(session, visitor.session_hash, CodePurpose.ACTIVATION, now)
        details = {"outcome": "ACTIVATED" if activates else "REFUSED"}
        await session.audit(desk.audited(visitor, AuditKind.CREDENTIAL, "activate", account, details))
    if account_id is None:
        raise RefusedError(START_AGAIN)
    if not activates:
        raise RefusedError(NOT_AS_REGISTERED)


def _plain(name: str) -> str:
    """However it was composed and spaced."""
    return "".join(normalize("NFKC", name).split())
