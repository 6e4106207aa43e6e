"""The command line `dengta`: one command a file, listed here.

These files say what can be asked for; what is done then is in `server/commands`, which is imported within the commands:
help and completion, which read all of this, load nothing else.
"""

import sys

import typer

from server.cli.account import account
from server.cli.audit import audit
from server.cli.check import CHECK_EXAMPLES, check
from server.cli.client import client
from server.cli.demo import DEMO_EXAMPLES, demo
from server.cli.doctor import DOCTOR_EXAMPLES, doctor
from server.cli.failing import INTERRUPTED, own_fault
from server.cli.import_accounts import ACCOUNTS_EXAMPLES, import_accounts
from server.cli.import_members import MEMBERS_EXAMPLES, import_members
from server.cli.jobs import jobs
from server.cli.keys import keys
from server.cli.load import LOAD_EXAMPLES, load
from server.cli.partition import PARTITION_EXAMPLES, partition
from server.cli.schema import REFERENCE_EXAMPLES, SCHEMA_EXAMPLES, reference, schema
from server.cli.serve import SERVE_EXAMPLES, serve
from server.cli.telling import examples
from server.cli.token import TOKEN_EXAMPLES, token
from server.cli.worker import WORKER_EXAMPLES, worker

_EXITS = (
    "0 good; 1 something is wrong with what was asked for, or was found to be; 2 wrong use of the command line; "
    "70 a fault of Dengta itself; 130 Ctrl-C."
)

app = typer.Typer(
    name="dengta",
    help="灯塔 Dengta: a GraphQL API over a province-sized party-membership register.",
    epilog=examples("dengta demo", "dengta load --help", "dengta --install-completion", exits=_EXITS),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command("demo", epilog=DEMO_EXAMPLES)(demo)
app.command("serve", epilog=SERVE_EXAMPLES)(serve)
app.command("worker", epilog=WORKER_EXAMPLES)(worker)
app.command("load", epilog=LOAD_EXAMPLES)(load)
app.command("partition", epilog=PARTITION_EXAMPLES)(partition)
app.command("token", epilog=TOKEN_EXAMPLES)(token)
app.command("check", epilog=CHECK_EXAMPLES)(check)
app.command("doctor", epilog=DOCTOR_EXAMPLES)(doctor)
app.add_typer(account, name="account")
app.add_typer(audit, name="audit")
app.add_typer(client, name="client")
app.add_typer(jobs, name="jobs")
app.add_typer(keys, name="keys")
app.command("schema", epilog=SCHEMA_EXAMPLES)(schema)
app.command("reference", hidden=True, epilog=REFERENCE_EXAMPLES)(reference)

imports = typer.Typer(help="Take records over from files (导入).", no_args_is_help=True)
imports.command("members", epilog=MEMBERS_EXAMPLES)(import_members)
imports.command("accounts", epilog=ACCOUNTS_EXAMPLES)(import_accounts)
app.add_typer(imports, name="import")


def main() -> None:
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except Exception as error:
        sys.exit(own_fault(error))
