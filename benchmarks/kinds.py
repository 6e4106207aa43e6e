"""`make bench-kinds`: every kind of query at the province, a city, a county and a branch, p50 and p99."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Annotated, Any, NamedTuple

import structlog
import typer
from rich.progress import track

from benchmarks.asking import Asker, Desk, RefusedError, desk
from benchmarks.pages import tell
from benchmarks.province import LARGE, large_places, province_database
from benchmarks.query_kinds import KINDS, OF_OTHERS
from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded

_OF_CHILDREN = """{ viewer { organization { children(first: 100) { nodes {
  members(first: 1) { edges { cursor node { id } } }
} } } } }"""
_OF_THE_LAST = "{ members(last: 25) { edges { cursor node { id } } } }"


class Kind(NamedTuple):
    title: str
    asker: Asker
    query: str
    variables: dict[str, str]


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    times: Annotated[int, typer.Option(min=2, help="How often each is asked.")] = 100,
    write: Annotated[Path | None, typer.Option(help="A page to put the result into, between its marks.")] = None,
) -> None:
    """Ask every kind of query, in a new order each time, and tell how long the answers took."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with province_database(members) as url:
        lines = asyncio.run(_measured(url, times))
    tell("query kinds", f"{members:,} members", lines, write)


async def _measured(url: str, times: int) -> list[str]:
    async with desk(url) as at:
        places = await large_places(at.database, [*LARGE, OrganizationKind.BRANCH])
        columns = [await _of_one(at, place, times) for place in places]
        scopes = [
            (await at.asker(place).ask("{ members { totalCount } }"))["members"]["totalCount"] for place in places
        ]
    heads = [f"{place.kind}, {scope:,}" for place, scope in zip(places, scopes, strict=True)]
    return [*_table(heads, columns)]


async def _of_one(at: Desk, place: OrganizationRecord, times: int) -> dict[str, list[float]]:
    """Milliseconds, by title. What is asked first of all is not counted."""
    kinds = [kind for kind in await _kinds(at, place) if await _is_allowed(kind)]
    taken: dict[str, list[float]] = {kind.title: [] for kind in kinds}
    for number in track(range(times), place.kind):
        shuffled = random.Random(number).sample(kinds, len(kinds))  # noqa: S311 # an order of measuring
        for kind in shuffled:
            took, _ = await kind.asker.timed(kind.query, kind.variables)
            taken[kind.title].append(took)
    return taken


async def _is_allowed(kind: Kind) -> bool:
    """Not where a field that it filters by is masked."""
    try:
        await kind.asker.ask(kind.query, kind.variables)
    except RefusedError as error:
        if error.codes == {"FIELD_MASKED"}:
            return False
        raise
    return True


async def _kinds(at: Desk, place: OrganizationRecord) -> list[Kind]:
    asker = at.asker(place)
    edge = await _one_in_the_middle(asker)
    given = {"organization": encoded("Organization", place.id), "member": edge["node"]["id"], "after": edge["cursor"]}
    of_administrators = [Kind(title, asker, query, _asked_with(query, given)) for title, query in KINDS.items()]
    of_others = [Kind(title, at.asker(place, role), query, {}) for title, (role, query) in OF_OTHERS.items()]
    return [*of_administrators, *of_others]


async def _one_in_the_middle(asker: Asker) -> dict[str, Any]:
    """An edge of the default order, which is that of the tree."""
    children = (await asker.ask(_OF_CHILDREN))["viewer"]["organization"]["children"]["nodes"]
    edges = [edge for child in children for edge in child["members"]["edges"]]
    edges = edges or (await asker.ask(_OF_THE_LAST))["members"]["edges"]
    found: dict[str, Any] = edges[len(edges) // 2]
    return found


def _asked_with(query: str, given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if f"${name}:" in query}


def _table(heads: list[str], columns: list[dict[str, list[float]]]) -> Iterator[str]:
    yield f"| p50 / p99, ms | {' | '.join(heads)} |"
    yield "|---" * (len(heads) + 1) + "|"
    for title in columns[0]:
        yield f"| {title} | {' | '.join(_told(column.get(title)) for column in columns)} |"


def _told(times: list[float] | None) -> str:
    if times is None:
        return "masked"
    return f"{median(times):.1f} / {quantiles(times, n=100, method='inclusive')[98]:.1f}"


if __name__ == "__main__":
    typer.run(main)
