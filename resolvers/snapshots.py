"""全量快照: everything at one moment, for partners who begin, with the cursor after which they go on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from time import monotonic

from domain.changes import ChangeCursor
from domain.errors import CallerError, Message, Problem
from domain.lookups import ArchiveQuestion, Sought
from domain.records import MemberRecord, Selection
from resolvers.context import RequestContext
from resolvers.masking import as_shown
from resolvers.organizations import path_within_scope
from storage.engine import Database
from storage.snapshots import LONGEST_PAUSE, SnapshotPage, member_snapshot, members_of_page

MOST_AT_ONCE = 4
"""In one process: each holds a connection and a moment of the database."""

_TOO_MANY = Message(
    "正在进行的全量快照过多，请稍后再试。", "Too many snapshots are being taken. Try again in some minutes."
)
_TOO_SLOW = Message(
    "快照的两页之间停顿过久，快照已失效。请重新开始，并更快地接收。",
    "The pause between two pages was too long, and the snapshot is gone. Begin anew, and take the pages sooner.",
)


class _Running:
    """How many there are."""

    def __init__(self, _database: Database) -> None:
        self.number = 0


async def follow_snapshot(context: RequestContext, organization_id: int | None) -> AsyncIterator[SnapshotPage]:
    """Page by page, at the pace of whoever takes them; None is the caller's own organisation."""
    path = context.scope if organization_id is None else await path_within_scope(context, organization_id)
    running = context.database.shared(_Running)
    if running.number >= MOST_AT_ONCE:
        raise CallerError(Problem("TOO_MANY_SNAPSHOTS", _TOO_MANY))
    running.number += 1
    try:
        async with aclosing(member_snapshot(context.database, path)) as pages:
            async for page in pages:
                given_at = monotonic()
                yield page
                if monotonic() - given_at > LONGEST_PAUSE:
                    raise CallerError(Problem("SNAPSHOT_TOO_SLOW", _TOO_SLOW))
    finally:
        running.number -= 1


async def members_in(context: RequestContext, page: SnapshotPage, selection: Selection) -> Sequence[MemberRecord]:
    """As the caller may see them."""
    members = await members_of_page(context.database, context.scope, page, selection)
    context.journal.returned(ArchiveQuestion(Sought.SNAPSHOT), len(members))
    return as_shown(context, "Member", members)


def cursor_of(page: SnapshotPage) -> str:
    return str(ChangeCursor(page.series, page.position))
