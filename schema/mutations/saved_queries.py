"""常用查询: the mutations that save, change and remove queries."""

from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import QuerySubject
from domain.errors import RefusedError
from domain.saved_queries import ONE_SUBJECT, SavedQueryRecord
from resolvers import saved_queries
from resolvers.context import RequestContext
from resolvers.export_rows import QueryDraft
from resolvers.saved_queries import KnownQuery, QueryChanges
from schema.identifiers import number_of
from schema.info import Info
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.optional import ABSENT, given
from schema.query_inputs import HistoryMemberQueryInput, MemberQueryInput, draft_of
from schema.traits import open_field, record_field
from schema.types.saved_query import SavedQuery

BUSINESS = FieldClass.BUSINESS
_MEMBERS = "党员查询。What it asks of members."
_HISTORY = "历史党员查询。What it asks of members who have left, instead of `members`."


@strawberry.input(description="保存常用查询。What is saved, and for whom.")
class SaveQueryInput(MutationInput):
    name: str = strawberry.field(description="名称。1 to 50 characters; another than those of the caller's others.")
    shared: bool | None = strawberry.field(
        default=ABSENT,
        description="是否共享。Whether all who work for the caller's organisation or one below it find it too; no when absent.",
    )
    members: MemberQueryInput | None = strawberry.field(default=ABSENT, description=_MEMBERS)
    history_members: HistoryMemberQueryInput | None = strawberry.field(default=ABSENT, description=_HISTORY)


@strawberry.input(description="修改常用查询。Which one, and what of it; what is left out stays.")
class ChangeSavedQueryInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="全局标识。Global id of the saved query.")
    version: int = strawberry.field(
        description="版本。The version that was seen: CONFLICT when it has been changed since."
    )
    name: str | None = strawberry.field(default=ABSENT, description="名称。Another name.")
    shared: bool | None = strawberry.field(default=ABSENT, description="是否共享。Whether it is shared from now on.")
    members: MemberQueryInput | None = strawberry.field(default=ABSENT, description=_MEMBERS)
    history_members: HistoryMemberQueryInput | None = strawberry.field(default=ABSENT, description=_HISTORY)


@strawberry.input(description="删除常用查询。Which one.")
class RemoveSavedQueryInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="全局标识。Global id of the saved query.")
    version: int | None = strawberry.field(
        default=ABSENT,
        description="版本。The version that was seen, if it matters: CONFLICT when it has been changed since.",
    )


@strawberry.type(description="保存常用查询的结果。The saved query, and what is wrong.")
class SaveQueryPayload:
    saved_query: SavedQuery | None = open_field("常用查询", "The saved query; null when there are errors.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was saved then.")


@strawberry.type(description="修改常用查询的结果。The saved query, and what is wrong.")
class ChangeSavedQueryPayload:
    saved_query: SavedQuery | None = open_field("常用查询", "The saved query, changed; null when there are errors.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was changed then.")


@strawberry.type(description="删除常用查询的结果。What is wrong.")
class RemoveSavedQueryPayload:
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was removed then.")


async def _save(
    info: Info, input: Annotated[SaveQueryInput, strawberry.argument(description="查询。The query.")]
) -> SaveQueryPayload:
    async def saved(context: RequestContext) -> SavedQueryRecord | None:
        draft = _draft(input)
        if draft is None:
            raise RefusedError(ONE_SUBJECT)
        return await saved_queries.save_query(context, input.name, draft, is_shared=bool(given(input.shared)))

    return await settled(info, saved(keyed(info, input)), as_payload(SaveQueryPayload, "saved_query"))


async def _change(
    info: Info, input: Annotated[ChangeSavedQueryInput, strawberry.argument(description="修改。The change.")]
) -> ChangeSavedQueryPayload:
    known = KnownQuery(number_of("SavedQuery", input.id, "input.id"), input.version)

    async def changed(context: RequestContext) -> SavedQueryRecord | None:
        changes = QueryChanges(given(input.name), given(input.shared), _draft(input))
        return await saved_queries.change_query(context, known, changes)

    return await settled(info, changed(keyed(info, input)), as_payload(ChangeSavedQueryPayload, "saved_query"))


async def _remove(
    info: Info, input: Annotated[RemoveSavedQueryInput, strawberry.argument(description="删除。Which.")]
) -> RemoveSavedQueryPayload:
    known = KnownQuery(number_of("SavedQuery", input.id, "input.id"), given(input.version))
    removed = saved_queries.remove_query(keyed(info, input), known)
    return await settled(info, removed, lambda _, errors: RemoveSavedQueryPayload(errors=errors))


def _draft(input: SaveQueryInput | ChangeSavedQueryInput) -> QueryDraft | None:
    """None when no question is given; RefusedError when there are two."""
    of_members, of_history = given(input.members), given(input.history_members)
    if of_members is not None and of_history is not None:
        raise RefusedError(ONE_SUBJECT)
    if of_members is not None:
        return draft_of(QuerySubject.MEMBERS, of_members)
    return None if of_history is None else draft_of(QuerySubject.HISTORY_MEMBERS, of_history)


@strawberry.type
class SavedQueryMutations:
    # fmt: off
    save_query: SaveQueryPayload = record_field("保存常用查询", "Save a query under a name.", read=BUSINESS, resolver=_save)
    change_saved_query: ChangeSavedQueryPayload = record_field("修改常用查询", "Rename a saved query, share it or not, change what it asks: the caller's own.", read=BUSINESS, resolver=_change)
    remove_saved_query: RemoveSavedQueryPayload = record_field("删除常用查询", "Remove a saved query: the caller's own, or one that the caller's organisation shares.", read=BUSINESS, resolver=_remove)
    # fmt: on
