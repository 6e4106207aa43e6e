"""注册客户端: applications at which people sign in. Partners are registered by security officers (`resolvers/`)."""

from collections.abc import Sequence

from auth.oauth.redirect_uris import problem_of
from auth.scopes import PERSONAL_SCOPES
from domain.audit import AuditRecord
from domain.clock import Clock
from domain.codes import AuditKind, ClientState
from storage.clients import add_first_party_client, change_first_party_client, first_party_client
from storage.writing import WriteSession

CONSOLE = "dengta-console"
_OPERATOR = "operator"


class RegistrationError(Exception):
    """A client cannot be registered or changed as it was asked for."""


async def ensure_console(session: WriteSession, issuer: str, clock: Clock) -> None:
    """The console that the server brings along comes back to the server's own address."""
    console = await first_party_client(session, CONSOLE)
    if console is None:
        await _add(session, CONSOLE, "灯塔控制台", [f"{issuer}/"], clock)  # unless another server has just done so
    elif console.redirect_uris != (f"{issuer}/",):
        await change_first_party_client(session, console.id, redirect_uris=[f"{issuer}/"])
        await session.audit(_record("changeClient", CONSOLE, clock, redirectUris=[f"{issuer}/"]))


async def register_application(
    session: WriteSession, client_id: str, name: str, redirect_uris: Sequence[str], clock: Clock
) -> None:
    """RegistrationError when the id is taken or an address cannot be one to come back to."""
    for uri in redirect_uris:
        problem = problem_of(uri)
        if problem is not None:
            raise RegistrationError(f"{uri} cannot be a redirect URI: it {problem}.")
    if not await _add(session, client_id, name, redirect_uris, clock):
        raise RegistrationError(f"There is a client {client_id} already. See: dengta client list.")


async def _add(session: WriteSession, client_id: str, name: str, redirect_uris: Sequence[str], clock: Clock) -> bool:
    uris = list(redirect_uris)
    if not await add_first_party_client(session, client_id, name, uris, sorted(PERSONAL_SCOPES)):
        return False
    await session.audit(_record("registerClient", client_id, clock, redirectUris=uris))
    return True


async def put_application_in_state(session: WriteSession, client_id: str, state: ClientState, clock: Clock) -> None:
    """RegistrationError for an unknown one, or one that has been revoked for good."""
    client = await first_party_client(session, client_id)
    if client is None:
        raise RegistrationError(f"There is no client {client_id}. See: dengta client list.")
    if client.state is ClientState.REVOKED:
        raise RegistrationError(f"{client_id} has been revoked for good. Register another.")
    await change_first_party_client(session, client.id, state=state.value)
    await session.audit(_record("changeClient", client_id, clock, state=state.value))


def _record(operation: str, client_id: str, clock: Clock, **details: object) -> AuditRecord:
    return AuditRecord(
        AuditKind.PARTNER,
        clock(),
        actor=_OPERATOR,
        operation=operation,
        target=f"Client:{client_id}",
        details=details,
    )
