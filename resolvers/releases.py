"""使用助手: the releases of this program, newest first, in the caller's language."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from assistant.release import Release, order_of, releases_in
from domain.errors import bad_input
from domain.pages import Page
from resolvers.context import RequestContext
from resolvers.paging import PageArguments, page_request


def page_of_releases(context: RequestContext, asked: PageArguments) -> Page[Release]:
    request = page_request(asked)
    every = releases_in(context.language)
    inside = list(every)
    if request.after is not None:
        newest = _place(request.after, "after")
        inside = [each for each in inside if order_of(each.version) < newest]
    if request.before is not None:
        oldest = _place(request.before, "before")
        inside = [each for each in inside if order_of(each.version) > oldest]
    chosen = inside[max(len(inside) - request.limit, 0) :] if request.backward else inside[: request.limit]
    return Page(
        chosen,
        _cursor,
        has_next=bool(chosen) and chosen[-1] != every[-1],
        has_previous=bool(chosen) and chosen[0] != every[0],
    )


def count_of_releases(context: RequestContext) -> int:
    return len(releases_in(context.language))


def _cursor(release: Release) -> str:
    return urlsafe_b64encode(f"release {release.version}".encode()).rstrip(b"=").decode()


def _place(cursor: str, argument: str) -> tuple[int, ...]:
    try:
        kind, version = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii").split(" ")
        if kind == "release":
            return order_of(version)
    except ValueError:
        pass
    raise bad_input(
        f"参数 {argument} 不是本列表的游标。请使用 pageInfo 或 edges 中的游标。",
        f"The argument {argument} is no cursor of this list. Use one of `pageInfo` or `edges`.",
        (argument,),
    )
