"""分页: what a caller asks of a page, and the page itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from domain.filtering import Filter

RecordT = TypeVar("RecordT")


TREE = "tree"
"""The order of organisations in the tree: it is no field of theirs, so that no permission governs it."""


@dataclass(frozen=True, slots=True)
class OrderTerm:
    """One level of an order. Missing values come last when ascending, first when descending."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class PageRequest:
    """`limit` records after or before a cursor; `backward` takes the last ones instead of the first."""

    limit: int
    backward: bool = False
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, in which order, and which page of it. Equal searches are equal values."""

    where: Filter | None
    order: tuple[OrderTerm, ...]
    page: PageRequest


@dataclass(frozen=True, slots=True)
class Page(Generic[RecordT]):
    """Records in the asked order; `cursor_of` gives the place of one of them."""

    records: Sequence[RecordT]
    cursor_of: Callable[[RecordT], str]
    has_next: bool
    has_previous: bool


def empty_page() -> Page[Any]:
    """For a search of which nothing is selected."""
    return Page((), lambda _: "", has_next=False, has_previous=False)
