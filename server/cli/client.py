"""`dengta client`: the applications at which people sign in. Partners are registered by security officers."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, TypeVar

import typer

from auth.oauth.registration import put_application_in_state, register_application
from auth.secret_files import audit_key
from domain.clock import system_clock
from domain.codes import ClientState
from server.cli.failing import clear_errors, settings_from_environment
from server.database import migrated_database
from server.one_transaction import in_one_transaction
from server.secret import secret_of
from storage.clients import first_party_clients
from storage.writing import WriteSession

client = typer.Typer(help="Applications at which people sign in.", no_args_is_help=True)

ResultT = TypeVar("ResultT")
ClientId = Annotated[str, typer.Argument(help="What the application calls itself, such as `register-web`.")]


@client.command("list")
def list_clients() -> None:
    """Show the applications, their states, and where they may have browsers sent back to."""
    for found in _changed(first_party_clients):
        typer.echo(f"{found.client_id}  {found.state.value}  {found.name}  {' '.join(found.redirect_uris)}")


@client.command()
def register(
    client_id: ClientId,
    name: Annotated[str, typer.Option(help="Its name, for people.")],
    redirect_uri: Annotated[
        list[str],
        typer.Option(
            help="Where browsers are sent back to: https, or http at 127.0.0.1 or [::1], where any port will do if "
            "none is given here. Repeat the option for several."
        ),
    ],
) -> None:
    """Let people sign in at an application. It is a public one: it gets no secret, and must use PKCE."""
    _changed(
        partial(register_application, client_id=client_id, name=name, redirect_uris=redirect_uri, clock=system_clock)
    )
    typer.echo(f"{client_id} is registered.")


@client.command()
def suspend(client_id: ClientId) -> None:
    """Refuse it and all its tokens from now on."""
    _put(client_id, ClientState.SUSPENDED)


@client.command()
def resume(client_id: ClientId) -> None:
    """Let a suspended one in again."""
    _put(client_id, ClientState.ACTIVE)


@client.command()
def revoke(client_id: ClientId) -> None:
    """Refuse it for good."""
    _put(client_id, ClientState.REVOKED)


def _put(client_id: str, state: ClientState) -> None:
    _changed(partial(put_application_in_state, client_id=client_id, state=state, clock=system_clock))
    typer.echo(f"{client_id} is {state.english}.")


def _changed(work: Callable[[WriteSession], Awaitable[ResultT]]) -> ResultT:
    settings = settings_from_environment()
    with clear_errors(), migrated_database(settings) as url:
        return asyncio.run(in_one_transaction(url, audit_key(secret_of(settings)), work))
