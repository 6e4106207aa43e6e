import asyncio
from datetime import timedelta
from typing import Annotated

import typer

from auth.actor import Role
from domain.records import OrganizationRecord
from server.cli.failing import clear_errors, fail, settings_from_environment
from server.database import migrated_database
from server.serving import token_authority
from storage.engine import connect
from storage.organizations import organization_by_reference


def token(
    role: Annotated[Role, typer.Option(help="What the bearer is.", case_sensitive=False)],
    organization: Annotated[
        str, typer.Option(help="The organisation that the bearer manages: division code (370102), id, or exact name.")
    ],
    subject: Annotated[str, typer.Option(help="Who the bearer is, for the logs.")] = "cli",
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 30, help="How long the token is good.")] = 12,
) -> None:
    """Print an operator's access token (运维令牌), which stands for no account: whoever has it is what it says."""
    settings = settings_from_environment()
    with clear_errors(), migrated_database(settings) as url:
        managed = asyncio.run(_organization(url, organization))
        if managed is None:
            raise fail(f"There is no organisation {organization!r}. Load data first (`dengta load`), or mend the code.")
        typer.echo(token_authority(settings).issue(subject, role, managed, timedelta(hours=hours)))


async def _organization(url: str, reference: str) -> OrganizationRecord | None:
    async with connect(url, connections=1) as database:
        return await organization_by_reference(database, reference)
