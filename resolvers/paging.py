"""分页参数: the arguments of a Relay connection, checked."""

from dataclasses import dataclass

from domain.errors import CallerError, bad_input
from domain.filtering import Filter
from domain.pages import OrderTerm, PageRequest

DEFAULT_PAGE = 50
LARGEST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class PageArguments:
    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class SearchArguments:
    """What a caller asks of a connection, as asked."""

    where: Filter | None = None
    order: tuple[OrderTerm, ...] = ()
    page: PageArguments = PageArguments()


def page_request(arguments: PageArguments) -> PageRequest:
    """Forward by `first` (the default, 50) or backward by `last`; a caller's error for anything else."""
    if arguments.first is not None and arguments.last is not None:
        raise bad_input(
            "first 与 last 不能同时使用：向后翻页用 first，向前翻页用 last。",
            "Use either first (forward) or last (backward), not both.",
            ("last",),
        )
    backward = arguments.last is not None
    limit = arguments.last if backward else arguments.first
    size = DEFAULT_PAGE if limit is None else limit
    if not 0 <= size <= LARGEST_PAGE:
        raise _size_out_of_bounds("last" if backward else "first", size)
    return PageRequest(size, backward, arguments.after, arguments.before)


def _size_out_of_bounds(argument: str, size: int) -> CallerError:
    return bad_input(
        f"{argument} 为 {size}，应在 0 到 {LARGEST_PAGE} 之间；更多记录请用游标翻页。",
        f"{argument} is {size}; it must be from 0 to {LARGEST_PAGE}. Page through more records with cursors.",
        (argument,),
    )
