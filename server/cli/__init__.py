"""The command line `dengta`: one command a file, listed here."""

import typer

from server.cli.account import account
from server.cli.audit import audit
from server.cli.client import client
from server.cli.demo import demo
from server.cli.import_accounts import import_accounts
from server.cli.import_members import import_members
from server.cli.keys import keys
from server.cli.load import load
from server.cli.schema import reference, schema
from server.cli.serve import serve
from server.cli.token import token
from server.cli.worker import worker

app = typer.Typer(
    name="dengta",
    help="灯塔 Dengta: a GraphQL API over a province-sized party-membership register.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo)
app.command("serve")(serve)
app.command("worker")(worker)
app.command("load")(load)
app.command("token")(token)
app.add_typer(account, name="account")
app.add_typer(audit, name="audit")
app.add_typer(client, name="client")
app.add_typer(keys, name="keys")
app.command("schema")(schema)
app.command("reference", hidden=True)(reference)

imports = typer.Typer(help="Take records over from files.", no_args_is_help=True)
imports.command("members")(import_members)
imports.command("accounts")(import_accounts)
app.add_typer(imports, name="import")


def main() -> None:
    app()
