"""`dengta account`: the first security officer of a register, and what the operator may do to accounts."""

from typing import Annotated

import typer

from domain.codes import Role
from server.cli.telling import AsJson, examples, tell

account = typer.Typer(
    help="Accounts (账号): open the first security officer's, and what else an operator must.", no_args_is_help=True
)

AccountId = Annotated[int, typer.Argument(help="The account's number, as `dengta account list` shows it.")]


@account.command(
    "open",
    epilog=examples(
        "dengta account open --role SECURITY_OFFICER --organization 370000 --name 张建国 "
        "--identity-number 370102199001010011 --phone 13800138000",
        exits="1 when it is refused, as for a person who holds an account already.",
    ),
)
def open_(  # noqa: PLR0913 # the options of a command
    role: Annotated[Role, typer.Option(help="What the holder is.", case_sensitive=False)],
    organization: Annotated[
        str, typer.Option(help="The organisation that the account manages: division code (370102), id, or exact name.")
    ],
    name: Annotated[str, typer.Option(help="The holder's name.")],
    identity_number: Annotated[str, typer.Option(help="The holder's identity number.")],
    phone: Annotated[str, typer.Option(help="The holder's mobile phone, to which the activation code is sent.")],
    print_code: Annotated[bool, typer.Option("--print-code", help="Print the activation code too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Open an account (开通账号); its holder is sent an activation code."""
    from server.commands.accounts import Person, opened_account

    opened = opened_account(Person(name, identity_number, phone), role, organization)
    code = {"activationCode": opened.code} if print_code else {}
    sentence = f"Account {opened.account_id} is open; an activation code is on its way to its holder."
    with_code = f"{sentence}\nActivation code: {opened.code}" if print_code else sentence
    tell({"id": opened.account_id, "state": "INVITED", **code}, with_code, as_json=as_json)


@account.command("list", epilog=examples("dengta account list", "dengta account list --json | jq .phone"))
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="Write each account as a line of JSON.")] = False,
) -> None:
    """Show all accounts, a line each; identity numbers and phones are masked."""
    from server.commands.accounts import every_account

    for shown in every_account():
        tell(shown, "  ".join(map(str, shown.values())), as_json=as_json)


_REFUSED = "1 when there is no such account, or it is not in a state for that."


@account.command(epilog=examples("dengta account suspend 7", exits=_REFUSED))
def suspend(account_id: AccountId, as_json: AsJson = False) -> None:
    """Suspend an account (停用); whatever it is signed in with ends within a second."""
    _changed(account_id, "suspend", "SUSPENDED", as_json=as_json)


@account.command(epilog=examples("dengta account resume 7", exits=_REFUSED))
def resume(account_id: AccountId, as_json: AsJson = False) -> None:
    """Resume a suspended account (恢复)."""
    _changed(account_id, "resume", "RESUMED", as_json=as_json)


@account.command(epilog=examples("dengta account revoke 7", exits=_REFUSED))
def revoke(account_id: AccountId, as_json: AsJson = False) -> None:
    """Revoke an account for good (撤销)."""
    _changed(account_id, "revoke", "REVOKED", as_json=as_json)


@account.command(epilog=examples("dengta account unlock 7", exits=_REFUSED))
def unlock(account_id: AccountId, as_json: AsJson = False) -> None:
    """Accept passwords again at once, after too many wrong ones (解锁)."""
    _changed(account_id, "unlock", "UNLOCKED", as_json=as_json)


def _changed(account_id: int, change: str, outcome: str, *, as_json: bool) -> None:
    from server.commands.accounts import CHANGES, change_account

    change_account(account_id, CHANGES[change])
    tell({"id": account_id, "outcome": outcome}, f"Account {account_id}: {outcome.lower()}.", as_json=as_json)
