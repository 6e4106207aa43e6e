import strawberry

from resolvers import releases
from schema.arguments import After, Before, First, Last, page_arguments
from schema.connections import Connected, Connection, connected_alone
from schema.info import Info
from schema.optional import ABSENT
from schema.traits import open_field
from schema.types.release_note import ReleaseNote


async def _release_notes(
    info: Info, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    async def count() -> int:
        return releases.count_of_releases(info.context)

    page = releases.page_of_releases(info.context, page_arguments(first, after, last, before))
    return connected_alone(page, count)


@strawberry.type
class ReleaseNoteQueries:
    # fmt: off
    release_notes: Connection[ReleaseNote] = open_field("使用助手", "Assistant: the releases of this program, the newest first, each with its operation guide; for everybody who is signed in.", resolver=_release_notes)
    # fmt: on
