"""变更订阅: reading and following what has changed, as far as the caller may see it."""

from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from auth.permissions import PermissionMatrix, Permissions
from domain.changes import ChangeCursor, ChangeRecord, Followed, ToldChange, change_cursor
from domain.codes import ChangeType
from domain.lookups import ArchiveQuestion, Sought
from domain.pages import Page
from resolvers.context import RequestContext
from resolvers.organizations import path_within_scope
from resolvers.paging import PageArguments, page_request
from storage.changes import FollowedChanges, changes_after, count_changes, feed_state

Visible = Callable[[Permissions], Mapping[ChangeType, frozenset[str]]]
"""What of the changes a caller with these permissions may know of: the types, and of each the columns."""


@dataclass(frozen=True, slots=True)
class ChangesAsked:
    """`types` none: all of them. `organization_id` None: the caller's own."""

    organization_id: int | None
    types: Collection[ChangeType]
    visible: Visible


async def cursor_of_now(context: RequestContext) -> str:
    """Whatever is committed by now and is not at or before it follows it."""
    state = await feed_state(context.database)
    return str(ChangeCursor(state.series, state.position))


async def search_changes(
    context: RequestContext, asked: ChangesAsked, first: int | None, after: str | None
) -> Page[ToldChange]:
    """Oldest first, after the cursor or from the oldest that is kept."""
    limit = page_request(PageArguments(first)).limit
    followed = await _followed(context, asked)
    place = await _place(context, after, from_the_oldest=True)
    found = await changes_after(context.database, place.position, limit + 1, followed)
    context.journal.returned(ArchiveQuestion(Sought.CHANGES), min(limit, len(found)))
    told = [ToldChange(place.series, change) for change in found[:limit]]
    return Page(told, lambda change: change.cursor, has_next=len(found) > limit, has_previous=after is not None)


async def count_of_changes(context: RequestContext, asked: ChangesAsked) -> int:
    """All that are kept."""
    return await count_changes(context.database, 0, await _followed(context, asked))


class ChangesFollowed(AsyncIterator[ToldChange]):
    """Those after the cursor, or from now on; then each as it comes, and none twice. Waits at the pace of whoever takes
    them: nothing is kept for anybody but a position, and a page of what follows it.

    Before anything is given it is held against the permissions of the moment.
    """

    def __init__(self, context: RequestContext, asked: ChangesAsked, after: str | None) -> None:
        self._context = context
        self._asked = asked
        self._after = after
        self._feed = context.database.shared(FollowedChanges)
        self._ahead: Iterator[ChangeRecord] = iter(())
        self._series: int | None = None
        self._position = 0
        self._followed = Followed("", {})
        self._matrix: PermissionMatrix | None = None

    async def __anext__(self) -> ToldChange:
        if self._series is None:
            series, self._position = await _place(self._context, self._after, from_the_oldest=False)
            self._followed = await _followed(self._context, self._asked)
            self._series = series
        while True:
            await self._context.matrix.current()
            for told in self._told():
                return told
            self._ahead = iter(await self._feed.after(self._position))

    def at_hand(self, most: int) -> list[ToldChange]:
        """Of what follows without waiting so many at most."""
        return list(islice(self._told(), most))

    def _told(self) -> Iterator[ToldChange]:
        for change in self._ahead:
            self._position = change.position
            self._look_at_permissions()
            is_followed = self._followed.has(change)
            self._followed = self._followed.moved_along(change)
            if is_followed and self._series is not None:
                yield ToldChange(self._series, change)

    def _look_at_permissions(self) -> None:
        matrix, actor = self._context.matrix.held, self._context.actor
        if matrix is not self._matrix:
            self._matrix = matrix
            permissions = matrix.permissions_of(actor.role, actor.tier, actor.scopes)
            self._followed = replace(self._followed, types=types_told(self._asked, permissions))


async def _place(context: RequestContext, after: str | None, *, from_the_oldest: bool) -> ChangeCursor:
    state = await feed_state(context.database)
    if after is None:
        return ChangeCursor(state.series, state.forgotten if from_the_oldest else state.position)
    cursor = change_cursor(after, "after")
    cursor.require_kept(state, "after")
    return cursor


async def _followed(context: RequestContext, asked: ChangesAsked) -> Followed:
    types = types_told(asked, context.permissions)
    if asked.organization_id is None:
        return Followed(context.scope, types)
    return Followed(await path_within_scope(context, asked.organization_id), types)


def types_told(asked: ChangesAsked, permissions: Permissions) -> Mapping[ChangeType, frozenset[str]]:
    """What of that which is asked for may be told to a caller with these permissions."""
    visible = asked.visible(permissions)
    return {type_: columns for type_, columns in visible.items() if not asked.types or type_ in asked.types}
