"""常用查询: saving queries under a name, for oneself or for all who work below the same organisation.

What is saved is the question. Whoever asks it again is answered by their own scope and permissions.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from auth.sealed_at_rest import SAVED_QUERIES, UnsealableError, seal_at_rest, unseal_at_rest
from auth.visibility import FieldUse, Visibility
from domain.codes import AuditKind
from domain.errors import CallerError, Message, Problem, RefusedError, not_found
from domain.idempotency import Outcome
from domain.pages import Page, empty_page
from domain.saved_queries import (
    MOST_SAVED,
    NAME_TAKEN,
    OTHER_SUBJECT,
    TOO_MANY_SAVED,
    SavedQueryRecord,
    conflict,
    problems_of_name,
)
from resolvers.conditions import search_of
from resolvers.context import RequestContext
from resolvers.export_rows import QueryDraft, require_columns
from resolvers.paging import PageArguments, page_request
from resolvers.repeating import nothing, repeatable, saving
from storage.saved_queries import (
    NameTakenError,
    add_saved_query,
    change_saved_query,
    count_saved_by,
    count_saved_queries,
    page_of_saved_queries,
    remove_saved_query,
    saved_query,
    saved_query_to_change,
)
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class QueryChanges:
    """None stays as it is."""

    name: str | None = None
    is_shared: bool | None = None
    draft: QueryDraft | None = None


@dataclass(frozen=True, slots=True)
class KnownQuery:
    """A saved query as whoever changes it has seen it; without a version, as it stands."""

    query_id: int
    version: int | None = None


async def find_saved_query(context: RequestContext, number: int) -> SavedQueryRecord | None:
    """None for what does not exist, or is neither the caller's own nor shared with the caller's organisation."""
    if context.permissions.hides("SavedQuery.id"):
        return None
    return await saved_query(context.database, context.actor.subject, context.scope, number)


async def known_saved_query(context: RequestContext, number: int, argument: tuple[str, ...]) -> SavedQueryRecord:
    found = await find_saved_query(context, number)
    if found is None:
        raise _no_such_query(argument)
    return found


async def search_saved_queries(
    context: RequestContext, page: PageArguments, *, selected: bool
) -> Page[SavedQueryRecord]:
    """By their names; an empty page when none of it is selected."""
    request = page_request(page)
    if not selected:
        return empty_page()
    return await page_of_saved_queries(context.database, context.actor.subject, context.scope, request)


async def count_of_saved_queries(context: RequestContext) -> int:
    return await count_saved_queries(context.database, context.actor.subject, context.scope)


def question_of(context: RequestContext, saved: SavedQueryRecord) -> Mapping[str, Any]:
    """As it was saved. CallerError where this server cannot open it."""
    try:
        question: Mapping[str, Any] = unseal_at_rest(context.code_key, SAVED_QUERIES, saved.question)
    except UnsealableError as error:
        raise CallerError(Problem("QUESTION_UNREADABLE", _UNREADABLE)) from error
    return question


def may_show_question(context: RequestContext, saved: SavedQueryRecord, uses: frozenset[FieldUse]) -> bool:
    """Whoever may not use its fields so is not shown what is looked for; others than its owner see no value of a field
    that they see masked."""
    own = saved.owner == context.actor.subject
    try:
        context.permissions.require(uses)
    except CallerError:
        return False
    return own or all(context.permissions.visibility(use.field) is Visibility.VISIBLE for use in uses)


async def _again(context: RequestContext, outcome: Outcome) -> SavedQueryRecord | None:
    return await find_saved_query(context, int(outcome["id"]))


@repeatable(_again)
async def save_query(
    context: RequestContext, name: str, draft: QueryDraft, *, is_shared: bool
) -> SavedQueryRecord | None:
    """RefusedError with everything that is wrong; CallerError for a question that the caller may not ask."""
    problems = problems_of_name(name)
    if problems:
        raise RefusedError(*problems)
    now = context.clock()
    values = {
        "owner": context.actor.subject,
        "organization_id": context.actor.organization.id,
        "name": name.strip(),
        "subject": draft.subject.value,
        "is_shared": is_shared,
        "question": await _sealed(context, draft),
        "created_at": now,
        "updated_at": now,
    }
    async with saving(context) as session:
        if await count_saved_by(session, context.actor.subject) >= MOST_SAVED:
            raise RefusedError(TOO_MANY_SAVED)
        try:
            saved = await add_saved_query(session, values)
        except NameTakenError as error:
            raise RefusedError(NAME_TAKEN) from error
        await _audit(session, context, "saveQuery", saved, shared=is_shared, query=draft.asked.told.told())
    return saved


@repeatable(_again)
async def change_query(context: RequestContext, known: KnownQuery, changes: QueryChanges) -> SavedQueryRecord | None:
    """By its owner alone: to others it does not exist for this. RefusedError, CONFLICT among them."""
    problems = [] if changes.name is None else problems_of_name(changes.name)
    if problems:
        raise RefusedError(*problems)
    values = await _values(context, changes)
    async with saving(context) as session:
        before = await _held(session, context, known)
        if before.owner != context.actor.subject:
            raise _no_such_query(("input", "id"))
        if changes.draft is not None and changes.draft.subject != before.subject:
            raise RefusedError(OTHER_SUBJECT)
        try:
            saved = await change_saved_query(session, known.query_id, values)
        except NameTakenError as error:
            raise RefusedError(NAME_TAKEN) from error
        query = {} if changes.draft is None else {"query": changes.draft.asked.told.told()}
        await _audit(session, context, "changeSavedQuery", saved, shared=saved.is_shared, **query)
    return saved


@repeatable(nothing)
async def remove_query(context: RequestContext, known: KnownQuery) -> None:
    """By its owner; one that is shared also by whoever works for the same organisation, as owners come and go."""
    async with saving(context) as session:
        saved = await _held(session, context, known)
        is_ours = saved.is_shared and saved.organization_id == context.actor.organization.id
        if saved.owner != context.actor.subject and not is_ours:
            raise _no_such_query(("input", "id"))
        await remove_saved_query(session, known.query_id)
        await _audit(session, context, "removeSavedQuery", saved, shared=saved.is_shared)


async def _values(context: RequestContext, changes: QueryChanges) -> dict[str, object]:
    values: dict[str, object] = {"updated_at": context.clock()}
    if changes.name is not None:
        values["name"] = changes.name.strip()
    if changes.is_shared is not None:
        values["is_shared"] = changes.is_shared
    if changes.draft is not None:
        values["question"] = await _sealed(context, changes.draft)
    return values


async def _sealed(context: RequestContext, draft: QueryDraft) -> str:
    """Whatever could not be asked now is not saved."""
    require_columns(context, draft.asked)
    await search_of(context, draft.asked.record, draft.asked.search)
    sealed = seal_at_rest(context.code_key, SAVED_QUERIES, draft.question)
    if sealed is None:
        raise RefusedError(Problem("QUERY_TOO_LARGE", _TOO_LARGE))
    return sealed


async def _held(session: WriteSession, context: RequestContext, known: KnownQuery) -> SavedQueryRecord:
    saved = await saved_query_to_change(session, context.actor.subject, context.scope, known.query_id)
    if saved is None:
        raise _no_such_query(("input", "id"))
    if known.version is not None and known.version != saved.version:
        raise RefusedError(conflict(saved.version))
    return saved


async def _audit(
    session: WriteSession, context: RequestContext, operation: str, saved: SavedQueryRecord, **details: object
) -> None:
    session.outcome = {"id": saved.id}
    target = f"SavedQuery:{saved.id}"
    await session.audit(context.audited(AuditKind.CHANGE, operation, target=target, details=details))


def _no_such_query(path: tuple[str, ...]) -> CallerError:
    return not_found(
        "该常用查询不存在，或未与您的组织共享。",
        "This saved query does not exist, or is not shared with your organisation.",
        path,
    )


_UNREADABLE = Message(
    "该查询的内容无法读取：服务器的密钥已更换。请删除后重新保存。",
    "What it asks cannot be read: the server has another key now. Remove it and save it anew.",
)
_TOO_LARGE = Message(
    "查询条件过长，无法保存。请减少 multi 中的取值。",
    "The query is too long to be saved. Give fewer values in `multi`.",
)
