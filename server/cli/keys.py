"""`dengta keys`: the keys that sign tokens. Running servers know of a change within a second."""

from typing import Annotated

import typer

from server.cli.telling import AsJson, examples, tell

keys = typer.Typer(help="The keys that sign tokens (签名密钥).", no_args_is_help=True)


@keys.command("list", epilog=examples("dengta keys list", "dengta keys list --json"))
def list_keys(
    as_json: Annotated[bool, typer.Option("--json", help="Write each key as a line of JSON.")] = False,
) -> None:
    """Show the keys that are good: the first signs, all of them verify."""
    from server.commands.signing import good_keys

    for key in good_keys():
        line = f"{key.id}  {'signs' if key.signs else 'verifies'}  {key.made_at or '-'}"
        tell({"id": key.id, "signs": key.signs, "madeAt": key.made_at}, line, as_json=as_json)


@keys.command(epilog=examples("dengta keys rotate"))
def rotate(as_json: AsJson = False) -> None:
    """Sign with a new key from now on; tokens of the keys before stay good until those are retired."""
    from server.commands.signing import new_key

    key = new_key()
    sentence = f"{key} signs from now on. Retire those before it once their tokens have expired."
    tell({"id": key, "signs": True}, sentence, as_json=as_json)


@keys.command(
    context_settings={"ignore_unknown_options": True},  # one key's id in 64 begins with a hyphen
    epilog=examples("dengta keys retire KEY_ID", exits="1 when it signs, or there is no such key."),
)
def retire(
    key_id: Annotated[str, typer.Argument(help="As `dengta keys list` shows it.")], as_json: AsJson = False
) -> None:
    """Refuse, from now on, every token that this key signed."""
    from server.commands.signing import retire as retire_key

    retire_key(key_id)
    tell({"id": key_id, "retired": True}, f"{key_id} is no longer good.", as_json=as_json)
