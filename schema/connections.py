"""分页: Relay connections over keyset pages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import strawberry

from domain.pages import Page
from schema.traits import open_field

NodeT = TypeVar("NodeT")


class PlacedRecord(NamedTuple):
    """A record and its cursor: what an edge shows."""

    node: Any
    cursor: str


@dataclass(frozen=True, slots=True)
class Connected:
    """What a connection shows: the page, and how to count everything the search finds."""

    page: Page[Any]
    count: Callable[[], Awaitable[int]]


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


async def _total_count(root: Connected) -> int:
    return await root.count()


@strawberry.type(description="分页结果。A page of results; the total is counted only when it is asked for.")
class Connection(Generic[NodeT]):
    edges: list[Edge[NodeT]] = open_field("分页项", "The results of this page with their cursors.", resolver=_edges)
    nodes: list[NodeT] = open_field("记录列表", "The results of this page.", resolver=_nodes)
    page_info: PageInfo = open_field("分页信息", "Where this page stands.", resolver=_page_info)
    total_count: int = open_field("总数", "How many results there are on all pages, exactly.", resolver=_total_count)
