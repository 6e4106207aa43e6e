"""批量信息校验: checks of many members, chunk by chunk; each chunk is committed with the progress it makes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from domain.clock import SHANGHAI
from domain.codes import CheckState
from domain.pages import Page, PageRequest
from domain.validation.check import CheckRecord
from storage.engine import Database
from storage.filters import subtree
from storage.jobs import Queue, defer_jobs
from storage.models import Check, Organization
from storage.ordering import SortKey
from storage.pages import page_of, page_statement, walk_of
from storage.statements import one_of
from storage.validation import Place, check_chunk
from storage.validation_locks import hold_against_saves
from storage.writing import WriteSession

RUN_CHECK = "run_check"
"""The name of the jobs that run checks."""

CHANNEL = "dengta_checks"
"""On which it is announced that a check has come further, once that is committed."""

_COLUMNS: tuple[Any, ...] = tuple(getattr(Check, name) for name in CheckRecord._fields)
_NEWEST_FIRST = (SortKey(Check.id, descending=True, missing_first=False),)
_FROM_THE_START = {"state": CheckState.QUEUED.value, "members_done": 0, "path_done": "", "id_done": 0}


async def start_check(session: WriteSession, values: Mapping[str, object]) -> CheckRecord | None:
    """A job runs it once the transaction is committed. None when one of the organisation is under way."""
    added = insert(Check).values({**_FROM_THE_START, **values}).on_conflict_do_nothing().returning(*_COLUMNS)
    row = await session.row(added)
    if row is None:
        return None
    check = CheckRecord._make(row)
    await defer_jobs(session, RUN_CHECK, Queue.CHECKS, [{"check_id": check.id}])
    return check


async def check_to_change(session: WriteSession, scope: str | None, check_id: int) -> CheckRecord | None:
    """As it stands, held until the transaction ends; None outside the scope, which of the operator's work is none."""
    within = [] if scope is None else [subtree(Check.org_path, scope)]
    found = select(*_COLUMNS).where(Check.id == check_id, *within)
    row = await session.row(found.with_for_update())
    return None if row is None else CheckRecord._make(row)


async def cancel_check(session: WriteSession, check_id: int, at: datetime) -> CheckRecord:
    """One that is held, and under way. A chunk of it that is under way comes to its end first."""
    return await _changed(session, check_id, {"state": CheckState.CANCELLED.value, "ended_at": at})


async def run_chunk(database: Database, check_id: int, at: datetime, most: int) -> bool:
    """Checks the next so many members; whether there are more. Nothing when it has ended, or was cancelled."""
    async with database.writing() as session:
        row = await session.row(select(*_COLUMNS).where(Check.id == check_id).with_for_update())
        check = None if row is None else CheckRecord._make(row)
        if check is None or not check.is_under_way:
            return False
        await hold_against_saves(session)
        rules = session.rules_in_force.checked_among(check.rules)
        after = Place(check.path_done, check.id_done)
        places = await check_chunk(session, check.org_path, after, most, at.astimezone(SHANGHAI).date(), rules)
        await _changed(session, check_id, _progress(check, places, at if len(places) < most else None))
        return len(places) == most


def _progress(check: CheckRecord, places: Sequence[Place], ended_at: datetime | None) -> dict[str, object]:
    """Members who came and went meanwhile were checked as they did: there may be more in the end than at first."""
    done = check.members_done + len(places)
    progress = {"state": CheckState.RUNNING.value, "members_done": done}
    if places:
        progress |= {"path_done": places[-1].org_path, "id_done": places[-1].member_id}
    if ended_at is None:
        return {**progress, "members_total": max(done, check.members_total)}
    return {**progress, "state": CheckState.DONE.value, "members_total": done, "ended_at": ended_at}


async def _changed(session: WriteSession, check_id: int, values: Mapping[str, object]) -> CheckRecord:
    [row] = await session.rows(update(Check).where(Check.id == check_id).values(values).returning(*_COLUMNS))
    await session.notify(CHANNEL, str(check_id))
    return CheckRecord._make(row)


async def page_of_checks(database: Database, scope: str, request: PageRequest) -> Page[CheckRecord]:
    """Newest first."""
    found = select(*_COLUMNS).where(subtree(Check.org_path, scope))
    rows = await database.rows(page_statement(found, _NEWEST_FIRST, walk_of(_NEWEST_FIRST, request)))
    return page_of([CheckRecord._make(row) for row in rows], _NEWEST_FIRST, request)


async def count_checks(database: Database, scope: str) -> int:
    return await database.number(select(func.count()).select_from(Check).where(subtree(Check.org_path, scope)))


async def check_with_id(database: Database, scope: str, check_id: int) -> CheckRecord | None:
    row = await database.row(select(*_COLUMNS).where(Check.id == check_id, subtree(Check.org_path, scope)))
    return None if row is None else CheckRecord._make(row)


async def checks_with_ids(database: Database, ids: Collection[int]) -> list[CheckRecord]:
    """Whatever the scope."""
    return [CheckRecord._make(row) for row in await database.rows(select(*_COLUMNS).where(one_of(Check.id, ids)))]


async def roots(database: Database) -> list[tuple[int, str]]:
    """(Id, path) of the organisations that have none above them."""
    rows = await database.rows(select(Organization.id, Organization.path).where(Organization.parent_id.is_(None)))
    return [(row[0], row[1]) for row in rows]
