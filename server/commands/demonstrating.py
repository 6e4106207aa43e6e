"""Serves a synthetic province, with accounts and stand-ins for the outside world."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import orjson
import typer
from rich.console import Console

from auth.actor import Role, tier_of
from domain.records import OrganizationRecord
from domain.synthetic.staff import DEMO_PASSWORD, StaffMember, demo_staff
from resolvers.officers import Officer
from server.checking import Checking
from server.cli.failing import clear_errors, settings_from_environment
from server.commands.demo_accounts import open_demo_accounts
from server.commands.listening import require_free_port
from server.commands.loading import demo_province, load_with_progress
from server.commands.operating import done_as_operator
from server.database import migrated_database
from server.serving import serve_until_stopped
from server.settings import Settings
from server.token_authority import token_authority
from storage.demo_accounts import organizations_for_demo
from storage.engine import connect
from storage.loading import unfinished_load

_A_WORKING_DAY = timedelta(hours=12)


def demonstrate(members: int, workers: int | None, *, as_json: bool) -> None:
    settings = _for_demonstration(settings_from_environment(workers=workers))
    with clear_errors():
        require_free_port(settings)
        with migrated_database(settings) as url:
            organizations = asyncio.run(_organizations(url))
            if not organizations or unfinished_load(url):
                load_with_progress(url, settings, demo_province(members), replace=bool(organizations))
                organizations = asyncio.run(_organizations(url))
                asyncio.run(done_as_operator(_check_members, url, settings))
            staff = demo_staff(organizations)
            asyncio.run(done_as_operator(partial(open_demo_accounts, staff=staff), url, settings))
            announce = _write if as_json else _announce
            serve_until_stopped(settings, url, lambda: announce(settings, organizations, staff))


def _for_demonstration(settings: Settings) -> Settings:
    """With stand-ins for the outside world, unless the environment chooses."""
    stand_ins = {"messages": "inbox", "population_registry": "simulator"}
    unset = {name: value for name, value in stand_ins.items() if name not in settings.model_fields_set}
    return settings.model_copy(update=unset)


async def _check_members(operator: Officer) -> None:
    """As every night, so that there is something to see at once."""
    await Checking(operator.database, operator.clock).start_of_all()


async def _organizations(url: str) -> list[OrganizationRecord]:
    async with connect(url, connections=1) as database:
        return await organizations_for_demo(database)


def _announce(settings: Settings, organizations: list[OrganizationRecord], staff: Sequence[StaffMember]) -> None:
    """The accounts, and the console's address with a token for each kind of caller; the token stands in the fragment,
    which no server sees.
    """
    console = Console(soft_wrap=True)
    console.print(f"\n灯塔 Dengta listens on [bold]{settings.address}[/bold]. Stop it with Ctrl-C.\n")
    if settings.messages == "inbox":
        console.print(f"Messages, with the codes in them, arrive at [bold]{settings.address}/inbox[/bold]\n")
    console.print(f"Sign in to the console with any of these phones and the password [bold]{DEMO_PASSWORD}[/bold]:\n")
    for holder in staff:
        console.print(_presented(holder), markup=False, highlight=False)
    console.print("\nOr open one of these in a browser; each is good for 12 hours:\n")
    for title, address in _sign_ins(settings, organizations):
        console.print(f"[bold]{title}[/bold]")
        console.print(address, markup=False, highlight=False, style="cyan")
        console.print()


def _write(settings: Settings, organizations: list[OrganizationRecord], staff: Sequence[StaffMember]) -> None:
    """The same for programs, on one line."""
    accounts = [
        {"phone": holder.phone, "role": holder.role.value, "organization": holder.organization.name}
        for holder in staff
        if not holder.is_invited
    ]
    sign_ins = [{"title": title, "address": address} for title, address in _sign_ins(settings, organizations)]
    document = {
        "address": settings.address,
        "password": DEMO_PASSWORD,
        "accounts": accounts,
        "signIns": sign_ins,
        "inbox": f"{settings.address}/inbox" if settings.messages == "inbox" else None,
    }
    typer.echo(orjson.dumps(document).decode())


def _presented(holder: StaffMember) -> str:
    title = f"{holder.phone}  {holder.role.chinese} {holder.role.english}, {holder.organization.name}"
    if not holder.is_invited:
        return title
    return f"{title}: to be activated at /activate, as {holder.name}, {holder.identity_number}"


def _sign_ins(settings: Settings, organizations: list[OrganizationRecord]) -> list[tuple[str, str]]:
    authority = token_authority(settings)
    roles = [(Role.ADMINISTRATOR, organization) for organization in organizations]
    roles += [(role, organizations[0]) for role in (Role.SECURITY_OFFICER, Role.AUDITOR)]
    return [
        (
            f"{role.chinese} {role.english}, {organization.name} ({tier_of(organization).english})",
            f"{settings.address}/#token={authority.issue(f'demo-{number}', role, organization, _A_WORKING_DAY)}",
        )
        for number, (role, organization) in enumerate(roles, start=1)  # each a person of their own
    ]
