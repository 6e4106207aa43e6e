"""`make bench`: the query builder on a large province."""

import asyncio
import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import structlog
import typer

from benchmarks.asking import Asker, desk
from benchmarks.conditions import Case, orders, query_fields, single_conditions
from benchmarks.measuring import NOTHING, Measured, measured, repeated
from benchmarks.pages import put_between_marks
from benchmarks.province import province_database
from storage.demo_accounts import organizations_for_demo

_RARE = {"name": {"fuzzy": "诸葛魁"}}
_PAGE = "{ members(first: 50) { nodes { id name gender birthDate joinedOn phone branch { name } } } }"
_COUNT = "{ members { totalCount } }"
_CONTAINS = '{ members(where: {name: {fuzzy: "建国"}}, first: 50) { nodes { id name } } }'
_COUNT_FREQUENT = '{ members(where: {branch: {name: {fuzzy: "支部"}}}) { totalCount } }'
_DEPTH = """
{ viewer { organization { children(first: 20) {
  nodes { name members(first: 10) { nodes { name branch { name } } } }
} } } }
"""


def main(
    members: Annotated[int, typer.Option(help="How many members the province has.")] = 1_000_000,
    write: Annotated[Path | None, typer.Option(help="A page to put the table into, between its marks.")] = None,
) -> None:
    """Measure pages of 50 under every single condition and order, as administrators of several organisations."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    with province_database(members) as url:
        table = "\n".join(asyncio.run(_measure(url, members)))
    print(table)  # noqa: T201 # the result
    if write:
        put_between_marks(write, "query builder", table)


async def _measure(url: str, members: int) -> list[str]:
    async with desk(url) as at:
        lines = [f"{members:,} members, {platform.machine()}, Python {platform.python_version()}.", ""]
        for organization in (await organizations_for_demo(at.database))[:3]:
            asker = at.asker(organization)
            scope = (await asker.ask(_COUNT))["members"]["totalCount"]
            lines += [f"### {organization.kind}, {scope:,} members in scope", ""]
            lines += await _of_one_scope(asker)
        return lines


async def _of_one_scope(asker: Asker) -> list[str]:
    base = await repeated(asker, _OPERATIONS)
    fields = await query_fields(asker)
    cases = [*single_conditions(fields), *orders(fields, _RARE), Case("RARE CONDITION", str(_RARE), _RARE)]
    results = await measured(asker, list({case.name: case for case in cases}.values()), asker.organization.kind)
    return [
        "| operation | median, ms | ratio to a plain page |",
        "|---|---|---|",
        *(f"| {title} | {base[name]:.1f} | {base[name] / base['page']:.1f} |" for name, title in _TITLES.items()),
        "",
        "| page of 50 by | cases | median, ms | slowest, ms | ratio of the slowest to a plain page | the slowest |",
        "|---|---|---|---|---|---|",
        *_rows(results, base["page"]),
        "",
    ]


_OPERATIONS = {
    "nothing": NOTHING,
    "page": _PAGE,
    "count": _COUNT,
    "contains": _CONTAINS,
    "frequent": _COUNT_FREQUENT,
    "depth": _DEPTH,
}
_TITLES = {
    "nothing": "`{ __typename }`: HTTP, token, nothing to read",
    "page": "a plain page of 50, with the branch of each",
    "count": "`totalCount` of the scope",
    "contains": "50 of those whose name contains 建国",
    "frequent": "`totalCount` of those whose branch has 支部 in its name: nearly all",
    "depth": "20 organisations below, 10 members of each, the branch of each member",
}


def _rows(results: Iterable[Measured], plain: float) -> Iterator[str]:
    by_kind: dict[str, list[Measured]] = defaultdict(list)
    for result in results:
        by_kind[result.case.kind].append(result)
    for kind, those in by_kind.items():
        ordered = sorted(those, key=lambda one: one.milliseconds)
        middle, worst = ordered[len(ordered) // 2].milliseconds, ordered[-1]
        slowest = worst.case.name.replace("|", "\\|")
        yield (
            f"| {kind} | {len(those)} | {middle:.1f} | {worst.milliseconds:.1f} | {worst.milliseconds / plain:.1f} "
            f"| `{slowest}` |"
        )


typer.run(main)
