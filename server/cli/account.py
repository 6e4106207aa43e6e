"""`dengta account`: the first security officer of a register, and what the operator may do to accounts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeVar

import orjson
import typer

from auth.actor import Role
from domain.accounts import account_draft
from domain.errors import CallerError, Problem, RefusedError
from domain.masking import MASKS
from domain.pages import PageRequest, Search
from domain.records import AccountRecord, Selection, columns_of
from resolvers import account_changes
from resolvers.account_changes import KnownAccount
from resolvers.account_opening import OpenedAccount, open_account
from resolvers.officers import Officer
from server.cli.failing import fail
from server.cli.operating import as_operator
from server.importing.import_report import language_of_the_terminal
from storage.accounts import page_of_accounts
from storage.organizations import organization_by_reference

account = typer.Typer(
    help="Accounts: open the first security officer's, and what else an operator must.", no_args_is_help=True
)

_AT_A_TIME = 1_000
_LISTED = Selection(frozenset(columns_of(AccountRecord)), Selection(frozenset({"name"})))
AccountId = Annotated[int, typer.Argument(help="The account's number, as `dengta account list` shows it.")]
ResultT = TypeVar("ResultT")
AsJson = Annotated[bool, typer.Option("--json", help="Write the outcome as JSON.")]


@account.command("open")
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

    async def work(officer: Officer) -> OpenedAccount:
        managed = await organization_by_reference(officer.database, organization)
        organization_id = None if managed is None else managed.id
        return await open_account(officer, account_draft(name, identity_number, phone, role, organization_id))

    opened = _done(work)
    code = {"activationCode": opened.code} if print_code else {}
    if as_json:
        _write({"id": opened.account_id, "state": "INVITED", **code})
        return
    typer.echo(f"Account {opened.account_id} is open; an activation code is on its way to its holder.")
    if print_code:
        typer.echo(f"Activation code: {opened.code}")


@account.command("list")
def list_(as_json: AsJson = False) -> None:
    """Show all accounts, a line each; identity numbers and phones are masked."""
    for record in _done(_every_account):
        shown = _shown(record)
        if as_json:
            _write(shown)
        else:
            typer.echo("  ".join(str(value) for value in shown.values()))


@account.command()
def suspend(account_id: AccountId, as_json: AsJson = False) -> None:
    """Suspend an account (停用); whatever it is signed in with ends within a second."""
    _change(account_id, account_changes.suspend_account, "SUSPENDED", as_json=as_json)


@account.command()
def resume(account_id: AccountId, as_json: AsJson = False) -> None:
    """Resume a suspended account (恢复)."""
    _change(account_id, account_changes.resume_account, "RESUMED", as_json=as_json)


@account.command()
def revoke(account_id: AccountId, as_json: AsJson = False) -> None:
    """Revoke an account for good (撤销)."""
    _change(account_id, account_changes.revoke_account, "REVOKED", as_json=as_json)


@account.command()
def unlock(account_id: AccountId, as_json: AsJson = False) -> None:
    """Accept passwords again at once, after too many wrong ones (解锁)."""
    _change(account_id, account_changes.unlock, "UNLOCKED", as_json=as_json)


def _change(
    account_id: int, change: Callable[[Officer, KnownAccount], Awaitable[None]], outcome: str, *, as_json: bool
) -> None:
    _done(lambda officer: change(officer, KnownAccount(account_id)))
    _say(account_id, outcome, as_json=as_json)


def _done(work: Callable[[Officer], Awaitable[ResultT]]) -> ResultT:
    try:
        return as_operator(work)
    except RefusedError as error:
        raise fail("; ".join(map(_sentence, error.problems))) from None
    except CallerError as error:
        raise fail(_sentence(error.problem)) from None


def _sentence(problem: Problem) -> str:
    return f"{problem.code}: {problem.message.in_language(language_of_the_terminal())}"


async def _every_account(officer: Officer) -> list[AccountRecord]:
    found: list[AccountRecord] = []
    after: str | None = None
    while True:
        search = Search(None, (), PageRequest(_AT_A_TIME, after=after))
        page = await page_of_accounts(officer.database, officer.scope, search, _LISTED)
        found += page.records
        if not page.has_next:
            return found
        after = page.cursor_of(page.records[-1])


def _shown(record: AccountRecord) -> Mapping[str, object]:
    return {
        "id": record.id,
        "role": record.role,
        "state": record.state,
        "name": record.name,
        "identityNumber": MASKS["identity_number"](record.identity_number),
        "phone": MASKS["phone"](record.phone),
        "organization": record.organization.name,
    }


def _say(account_id: int, outcome: str, *, as_json: bool) -> None:
    if as_json:
        _write({"id": account_id, "outcome": outcome})
    else:
        typer.echo(f"Account {account_id}: {outcome.lower()}.")


def _write(document: Mapping[str, object]) -> None:
    typer.echo(orjson.dumps(document).decode())
