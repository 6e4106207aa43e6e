"""Parts the table of members, or makes it one again, with a bar."""

import asyncio
from collections.abc import Mapping, Sequence

import orjson
import typer

from domain.codes import OrganizationKind
from server.cli.failing import clear_errors, settings_from_environment
from server.commands.progress import counting_bar
from server.database import migrated_database
from storage.engine import connect
from storage.organizations import organization_by_reference
from storage.partitioning import Partitioned, partition_members, unite_members

_LEVELS = {"city": OrganizationKind.CITY, "county": OrganizationKind.COUNTY}
_HINT = "--elsewhere"


def partition_register(by: str, elsewhere: Sequence[str], *, as_json: bool) -> None:
    with clear_errors(), migrated_database(settings_from_environment()) as url:
        places = asyncio.run(_places(url, elsewhere))
        with counting_bar("parts 分区") as progress:
            try:
                made = partition_members(url, _LEVELS[by], places, progress)
            except ValueError as error:
                raise typer.BadParameter(str(error), param_hint=_HINT) from error
    away = sum(part.server is not None for part in made.parts)
    if as_json:
        typer.echo(orjson.dumps(_document(made)).decode())
    typer.echo(f"{made.members} members in {len(made.parts)} parts, {away} of them in other servers.", err=True)


def unite_register(*, as_json: bool) -> None:
    with clear_errors(), migrated_database(settings_from_environment()) as url, counting_bar("one table") as progress:
        members = unite_members(url, progress)
    if as_json:
        typer.echo(orjson.dumps({"members": members, "parts": []}).decode())
    typer.echo(f"{members} members in one table.", err=True)


def _document(made: Partitioned) -> Mapping[str, object]:
    """Without addresses, which may hold passwords."""
    parts = [
        {"table": part.table, "begin": part.begin, "end": part.end, "elsewhere": part.server is not None}
        for part in made.parts
    ]
    return {"members": made.members, "parts": parts}


async def _places(url: str, elsewhere: Sequence[str]) -> Mapping[str, str]:
    """Path → URL."""
    places: dict[str, str] = {}
    async with connect(url, connections=1) as database:
        for each in elsewhere:
            reference, _, place = each.partition("=")
            organization = await organization_by_reference(database, reference) if place else None
            if organization is None:
                raise typer.BadParameter(f"{reference} is no organisation, or has no address", param_hint=_HINT)
            places[organization.path] = place
    return places
