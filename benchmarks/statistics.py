"""`make bench-statistics`: how long live statistics take, from the whole province down to a committee."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

import structlog
import typer

from benchmarks.asking import Asker, desk
from benchmarks.measuring import repeated
from benchmarks.pages import tell
from benchmarks.province import province_database
from schema.identifiers import encoded
from storage.demo_accounts import organizations_for_demo

_COUNT = "{ members { totalCount } }"
_STATISTICS = """
{ memberStatistics(organizationId: "%s", %s) {
  rows { organization { name } total buckets { key count } cells { key byKey count } }
} }
"""
_ASKED = {
    "`totalCount` of the scope": None,
    "by gender": "dimension: GENDER",
    "by ethnicity": "dimension: ETHNICITY",
    "by age band": "dimension: AGE_BAND",
    "by age band and education": "dimension: AGE_BAND, by: EDUCATION",
    "by gender, those whose name contains 建国": 'dimension: GENDER, where: {name: {fuzzy: "建国"}}',
}
_TIMES = 7


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    write: Annotated[Path | None, typer.Option(help="A page to put the table into, between its marks.")] = None,
) -> None:
    """Ask for statistics as administrators of the province, of a county and of a grassroots committee."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with province_database(members) as url:
        lines = asyncio.run(_measured(url))
    tell("statistics", f"{members:,} members", lines, write)


async def _measured(url: str) -> list[str]:
    columns = {}
    async with desk(url) as at:
        for organization in (await organizations_for_demo(at.database))[:3]:
            asker = at.asker(organization)
            scope = (await asker.ask(_COUNT))["members"]["totalCount"]
            columns[f"{organization.kind}, {scope:,}"] = await repeated(asker, _queries(asker), _TIMES)
    return list(_table(columns))


def _queries(asker: Asker) -> dict[str, str]:
    place = encoded("Organization", asker.organization.id)
    return {name: _COUNT if given is None else _STATISTICS % (place, given) for name, given in _ASKED.items()}


def _table(columns: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    yield f"| median, ms | {' | '.join(columns)} |"
    yield f"|---|{'---|' * len(columns)}"
    for name in _ASKED:
        yield f"| {name} | {' | '.join(f'{column[name]:.1f}' for column in columns.values())} |"


if __name__ == "__main__":
    typer.run(main)
