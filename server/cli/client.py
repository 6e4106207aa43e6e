"""`dengta client`: the applications at which people sign in. Partners are registered by security officers."""

from typing import Annotated

import typer

from domain.codes import ClientState
from server.cli.telling import AsJson, examples, tell

client = typer.Typer(help="Applications at which people sign in (应用).", no_args_is_help=True)

ClientId = Annotated[str, typer.Argument(help="What the application calls itself, such as `register-web`.")]


@client.command("list", epilog=examples("dengta client list", "dengta client list --json"))
def list_clients(
    as_json: Annotated[bool, typer.Option("--json", help="Write each application as a line of JSON.")] = False,
) -> None:
    """Show the applications, their states, and where they may have browsers sent back to."""
    from server.commands.applications import registered_applications

    for found in registered_applications():
        document = {
            "clientId": found.client_id,
            "state": found.state.value,
            "name": found.name,
            "redirectUris": list(found.redirect_uris),
        }
        line = f"{found.client_id}  {found.state.value}  {found.name}  {' '.join(found.redirect_uris)}"
        tell(document, line, as_json=as_json)


@client.command(
    epilog=examples(
        "dengta client register register-web --name 管理端 --redirect-uri https://web.example/callback",
        exits="1 when it is registered already, or an address cannot be one.",
    )
)
def register(
    client_id: ClientId,
    name: Annotated[str, typer.Option(help="Its name, for people.")],
    redirect_uri: Annotated[
        list[str],
        typer.Option(
            help="Where browsers are sent back to: https, or http at 127.0.0.1 or ::1, where any port will do if "
            "none is given here. Repeat the option for several."
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Let people sign in at an application. It is a public one: it gets no secret, and must use PKCE."""
    from server.commands.applications import register as registered

    registered(client_id, name, redirect_uri)
    tell({"clientId": client_id, "state": "ACTIVE"}, f"{client_id} is registered.", as_json=as_json)


_REFUSED = "1 when there is no such application, or it was revoked for good."


@client.command(epilog=examples("dengta client suspend register-web", exits=_REFUSED))
def suspend(client_id: ClientId, as_json: AsJson = False) -> None:
    """Refuse it and all its tokens from now on."""
    _put(client_id, ClientState.SUSPENDED, as_json=as_json)


@client.command(epilog=examples("dengta client resume register-web", exits=_REFUSED))
def resume(client_id: ClientId, as_json: AsJson = False) -> None:
    """Let a suspended one in again."""
    _put(client_id, ClientState.ACTIVE, as_json=as_json)


@client.command(epilog=examples("dengta client revoke register-web", exits=_REFUSED))
def revoke(client_id: ClientId, as_json: AsJson = False) -> None:
    """Refuse it for good."""
    _put(client_id, ClientState.REVOKED, as_json=as_json)


def _put(client_id: str, state: ClientState, *, as_json: bool) -> None:
    from server.commands.applications import put_in_state

    put_in_state(client_id, state)
    tell({"clientId": client_id, "state": state.value}, f"{client_id} is {state.english}.", as_json=as_json)
