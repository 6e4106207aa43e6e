"""What the operator does to the applications at which people sign in."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from auth.oauth.registration import put_application_in_state, register_application
from auth.secret_files import audit_key
from domain.clock import system_clock
from domain.codes import ClientState
from server.cli.failing import clear_errors, settings_from_environment
from server.database import migrated_database
from server.one_transaction import in_one_transaction
from server.secret import secret_of
from storage.clients import ClientRecord, first_party_clients
from storage.writing import WriteSession

ResultT = TypeVar("ResultT")


def registered_applications() -> Sequence[ClientRecord]:
    return _done(first_party_clients)


def register(client_id: str, name: str, redirect_uris: list[str]) -> None:
    _done(
        partial(register_application, client_id=client_id, name=name, redirect_uris=redirect_uris, clock=system_clock)
    )


def put_in_state(client_id: str, state: ClientState) -> None:
    _done(partial(put_application_in_state, client_id=client_id, state=state, clock=system_clock))


def _done(work: Callable[[WriteSession], Awaitable[ResultT]]) -> ResultT:
    settings = settings_from_environment()
    with clear_errors(), migrated_database(settings) as url:
        return asyncio.run(in_one_transaction(url, audit_key(secret_of(settings)), work))
