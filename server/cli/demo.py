import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from auth.actor import Role, tier_of
from domain.records import OrganizationRecord
from server.cli.failing import clear_errors, settings_from_environment
from server.cli.listening import require_free_port
from server.cli.load import demo_province, load_with_progress
from server.cli.serve import WorkersOption
from server.database import migrated_database
from server.serving import serve_until_stopped, token_authority
from server.settings import Settings
from storage.demo_accounts import organizations_for_demo
from storage.engine import connect
from storage.loading import unfinished_load

_A_WORKING_DAY = timedelta(hours=12)


def demo(
    members: Annotated[int, typer.Option(min=1, help="How many members the province has.")] = 20_000,
    workers: WorkersOption = None,
) -> None:
    """Serve a synthetic province with the console; the first start makes it, the next ones find it."""
    settings = _for_demonstration(settings_from_environment(workers=workers))
    with clear_errors():
        require_free_port(settings)
        with migrated_database(settings) as url:
            organizations = asyncio.run(_organizations(url))
            if not organizations or unfinished_load(url):
                load_with_progress(url, settings, demo_province(members), replace=bool(organizations))
                organizations = asyncio.run(_organizations(url))
            serve_until_stopped(settings, url, lambda: _announce(settings, organizations))


def _for_demonstration(settings: Settings) -> Settings:
    """With stand-ins for the outside world, unless the environment chooses."""
    stand_ins = {"messages": "inbox", "population_registry": "simulator"}
    unset = {name: value for name, value in stand_ins.items() if name not in settings.model_fields_set}
    return settings.model_copy(update=unset)


async def _organizations(url: str) -> list[OrganizationRecord]:
    database = connect(url, connections=1)
    try:
        return await organizations_for_demo(database)
    finally:
        await database.close()


def _announce(settings: Settings, organizations: list[OrganizationRecord]) -> None:
    """The console's address for each ready-made sign-in; the token stands in the fragment, which no server sees."""
    console = Console(soft_wrap=True)
    console.print(f"\n灯塔 Dengta listens on [bold]{settings.address}[/bold]. Stop it with Ctrl-C.\n")
    if settings.messages == "inbox":
        console.print(f"Messages, with the codes in them, arrive at [bold]{settings.address}/inbox[/bold]\n")
    console.print("Open one of these in a browser; each signs you in for 12 hours:\n")
    for title, address in _sign_ins(settings, organizations):
        console.print(f"[bold]{title}[/bold]")
        console.print(address, markup=False, highlight=False, style="cyan")
        console.print()


def _sign_ins(settings: Settings, organizations: list[OrganizationRecord]) -> list[tuple[str, str]]:
    authority = token_authority(settings)
    roles = [(Role.ADMINISTRATOR, organization) for organization in organizations]
    roles += [(role, organizations[0]) for role in (Role.SECURITY_OFFICER, Role.AUDITOR)]
    return [
        (
            f"{role.chinese} {role.english}, {organization.name} ({tier_of(organization).english})",
            f"{settings.address}/#token={authority.issue('demo', role, organization, _A_WORKING_DAY)}",
        )
        for role, organization in roles
    ]
