"""分页: Relay connections over keyset pages."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import strawberry

from domain.pages import Page
from schema.costs import ASSEMBLED, IN_PAGE, PAGE, Costs
from schema.info import Info
from schema.resolving import for_all
from schema.traits import open_field

NodeT = TypeVar("NodeT")


class PlacedRecord(NamedTuple):
    """A record and its cursor: what an edge shows."""

    node: Any
    cursor: str


Count = Callable[[list[int]], Awaitable[Sequence[int]]]
"""Keys of connections that were made together → how many records each search finds."""


@dataclass(frozen=True, slots=True)
class Connected:
    """What a connection shows: the page, and how to count everything the search finds."""

    page: Page[Any]
    key: int
    count: Count


def connected(keys: Sequence[int], pages: Sequence[Page[Any]], count: Count) -> list[Connected]:
    """The connections of one field of many objects, which `count` counts together."""
    return [Connected(page, key, count) for key, page in zip(keys, pages, strict=True)]


def connected_alone(page: Page[Any], count: Callable[[], Awaitable[int]]) -> Connected:
    async def of_all(keys: list[int]) -> list[int]:
        return [await count()] * len(keys)

    return Connected(page, 0, of_all)


@strawberry.type(description="分页信息。Where a page stands among all results.")
class PageInfo:
    has_next_page: bool = open_field("是否有下一页", "Whether there is more after this page.")
    has_previous_page: bool = open_field("是否有上一页", "Whether there is more before this page.")
    start_cursor: str | None = open_field("首条游标", "Cursor of the first result; null on an empty page.")
    end_cursor: str | None = open_field("末条游标", "Cursor of the last result; null on an empty page.")


@strawberry.type(description="分页项。A result with the cursor of its place in the order.")
class Edge(Generic[NodeT]):
    node: NodeT = open_field("记录", "The result.")
    cursor: str = open_field("游标", "Opaque; give it back as `after` or `before` with the same order.")


def _edges(root: Connected) -> list[Any]:
    return [PlacedRecord(record, root.page.cursor_of(record)) for record in root.page.records]


def _nodes(root: Connected) -> list[Any]:
    return list(root.page.records)


def _page_info(root: Connected) -> PageInfo:
    page = root.page
    return PageInfo(
        has_next_page=page.has_next,
        has_previous_page=page.has_previous,
        start_cursor=page.cursor_of(page.records[0]) if page.records else None,
        end_cursor=page.cursor_of(page.records[-1]) if page.records else None,
    )


@for_all
async def _total_count(root: Sequence[Connected], info: Info) -> list[int]:  # noqa: ARG001 # as all such resolvers
    together: dict[Count, list[int]] = {}
    for connection in root:
        together.setdefault(connection.count, []).append(connection.key)
    counted = {
        (count, key): number
        for count, keys in together.items()
        for key, number in zip(keys, await count(keys), strict=True)
    }
    return [counted[connection.count, connection.key] for connection in root]


@strawberry.type(description="分页结果。A page of results; the total is counted only when it is asked for.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = open_field(
        "分页项", "The results of this page with their cursors.", resolver=_edges, costs=Costs(own=0, size=PAGE)
    )
    nodes: list[NodeT] = open_field("记录列表", "The results of this page.", resolver=_nodes, costs=IN_PAGE)
    page_info: PageInfo = open_field("分页信息", "Where this page stands.", resolver=_page_info, costs=ASSEMBLED)
    total_count: int = open_field(
        "总数", "How many results there are on all pages, exactly.", resolver=_total_count, costs=Costs(own=10)
    )
