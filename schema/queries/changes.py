from collections.abc import Sequence
from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import ChangeType
from resolvers import changes
from resolvers.changes import ChangesAsked
from schema.arguments import First
from schema.changed_fields import visible_changes
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.optional import ABSENT, given
from schema.traits import record_field
from schema.types.change import ChangeEvent

AfterChange = Annotated[
    str | None,
    strawberry.argument(
        description="变更游标之后。Only changes after this cursor of an event or of `changeCursor`. CURSOR_EXPIRED when what "
        "follows it is not kept any more."
    ),
]
OfOrganization = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="党组织的全局标识。Global id of the organisation within which, or from which, something changed; the "
        "caller's own when absent."
    ),
]
OfTypes = Annotated[
    list[ChangeType] | None, strawberry.argument(description="变更类型。Only these types; all when absent or empty.")
]


def asked_for(organization_id: strawberry.ID | None, types: Sequence[ChangeType] | None) -> ChangesAsked:
    place = given(organization_id)
    number = None if place is None else number_of("Organization", place, "organizationId")
    return ChangesAsked(number, frozenset(given(types) or ()), visible_changes)


async def _changes(
    info: Info,
    organization_id: OfOrganization = ABSENT,
    types: OfTypes = ABSENT,
    first: First = ABSENT,
    after: AfterChange = ABSENT,
) -> Connected:
    asked = asked_for(organization_id, types)
    page = await changes.search_changes(info.context, asked, given(first), given(after))
    return connected_alone(page, lambda: changes.count_of_changes(info.context, asked))


async def _change_cursor(info: Info) -> str:
    return await changes.cursor_of_now(info.context)


@strawberry.type
class ChangeQueries:
    # fmt: off
    changes: Connection[ChangeEvent] = record_field("变更列表", "What has changed within the caller's scope, as far as it is kept, in the order of the commits; the total is of all that are kept.", read=FieldClass.CHANGES, resolver=_changes)
    change_cursor: str = record_field("当前变更游标", "The cursor of now. To have everything: ask for it, read all that is wanted, then follow `changes` after it; what changed meanwhile is told then.", read=FieldClass.CHANGES, resolver=_change_cursor)
    # fmt: on
