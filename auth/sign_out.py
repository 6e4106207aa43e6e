"""退出: what came of a sign-in ends with it."""

from auth.desk import Desk, Visitor
from domain.codes import AuditKind
from storage.browser_sessions import end_session, end_sessions_of_account
from storage.grants import revoke_grants_of_account, revoke_grants_of_session
from storage.sign_in import locked_account
from storage.writing import WriteSession


async def sign_out(desk: Desk, visitor: Visitor) -> None:
    """Ends the session and every token that was given for it. Whoever is not signed in has nothing to end."""
    async with desk.database.writing() as session:
        account_id = await end_visit(session, visitor, "signed out")
        if account_id is None:
            return
        account = await locked_account(session, account_id)
        await session.audit(desk.audited(visitor, AuditKind.SIGN_OUT, "signOut", account, {}))


async def end_visit(session: WriteSession, visitor: Visitor, because: str) -> int | None:
    """The account that was signed in at the browser, if one was."""
    account_id = await end_session(session, visitor.session_hash)
    if account_id is not None:
        await revoke_grants_of_session(session, visitor.session_hash, because)
    return account_id


async def sign_out_everywhere(session: WriteSession, account_id: int, because: str) -> None:
    """Ends all sessions of the account and every token that was given to it. `because` is a fixed phrase."""
    await end_sessions_of_account(session, account_id)
    await revoke_grants_of_account(session, account_id, because)
