"""`dengta keys`: the keys that sign tokens. Running servers know of a change within a second."""

import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from auth.signing_keys import made_at, retire_key, rotate_keys, signing_keys_at
from server.cli.failing import clear_errors, settings_from_environment

keys = typer.Typer(help="The keys that sign tokens.", no_args_is_help=True)


@keys.command("list")
def list_keys() -> None:
    """Show the keys that are good: the first signs, all of them verify."""
    with clear_errors():
        for number, key in enumerate(signing_keys_at(settings_from_environment().signing_key).all()):
            typer.echo(f"{key.kid}  {'signs' if number == 0 else 'verifies'}  {_made(made_at(key))}")


@keys.command()
def rotate() -> None:
    """Sign with a new key from now on; tokens of the keys before stay good until those are retired."""
    with clear_errors():
        new = rotate_keys(settings_from_environment().signing_key, int(time.time()))
        typer.echo(f"{new.kid} signs from now on. Retire those before it once their tokens have expired.")


@keys.command(context_settings={"ignore_unknown_options": True})  # one key's id in 64 begins with a hyphen
def retire(key_id: Annotated[str, typer.Argument(help="As `dengta keys list` shows it.")]) -> None:
    """Refuse, from now on, every token that this key signed."""
    with clear_errors():
        retire_key(settings_from_environment().signing_key, key_id)
        typer.echo(f"{key_id} is no longer good.")


def _made(at: int | None) -> str:
    return "-" if at is None else datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
