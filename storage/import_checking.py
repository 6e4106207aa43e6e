"""导入校验: new members are checked in the transaction that imports them, by the rules and functions of every save.

There may be a hundred thousand of them. Nobody else knows of them yet, so that what each is in itself is checked
without any lock. What they have in common with others is looked at last, while nobody else saves or checks members, and
for those alone whose phone or identity number more than one member has.
"""

from collections.abc import Collection, Coroutine, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Executable, Select, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, aliased

from domain.validation import RulesInForce
from storage.models import Member
from storage.statements import Statement, one_of, statement_of
from storage.validation import MOST_HOLDERS, check_members
from storage.validation_locks import hold_against_saves
from storage.writing import Row

MEMBERS_AT_A_TIME = 5_000

_Other = aliased(Member, name="other")
_SHARED = ((Member.identity_number, _Other.identity_number), (Member.phone, _Other.phone))
ResultT = TypeVar("ResultT")


class ImportSession:
    """The connection of an import, as checks take it. Its coroutines never wait: they have their answer at once."""

    def __init__(self, connection: psycopg.Connection[Row], rules: RulesInForce) -> None:
        self._connection = connection
        self.rules_in_force = rules

    async def rows(self, statement: Statement | Executable) -> list[Row]:
        return self._execute(statement).fetchall()

    async def execute(self, statement: Statement | Executable) -> int:
        return self._execute(statement).rowcount

    def _execute(self, statement: Statement | Executable) -> psycopg.Cursor[Row]:
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        return self._connection.execute(ready.text.encode(), ready.values)


def check_imported(session: ImportSession, added: Sequence[int], day: date) -> Iterator[int]:
    """Those who were added in this transaction; yields how many so far. When it ends, all results are up to date, those
    of others who have the same phone or number too, and nobody else saves or checks until the transaction ends."""
    own = [rule for rule in session.rules_in_force.checked if not rule.looks_at_others]
    checked = 0
    for ids in _pieces(added):
        _at_once(check_members(session, ids, day, own))
        checked += len(ids)
        yield checked
    _at_once(_check_shared(session, added, day))


async def _check_shared(session: ImportSession, added: Sequence[int], day: date) -> None:
    shared = [rule for rule in session.rules_in_force.checked if rule.looks_at_others]
    if shared and added:
        await hold_against_saves(session)
        for ids in _pieces(sorted(await _holders_of_shared_values(session, added))):
            await check_members(session, ids, day, shared)


async def _holders_of_shared_values(session: ImportSession, added: Collection[int]) -> set[int]:
    """Who has a value that one of those who were added has too. Of one that so many others have that it makes no
    difference to them, those alone who were added."""
    holders: set[int] = set()
    for column, same in _SHARED:
        common = []
        for value, members, found in await session.rows(_shared_values(column, same, added)):
            if len(found) <= members + MOST_HOLDERS:
                holders.update(found)
            else:
                common.append(value)
        if common:
            ours = select(Member.id).where(one_of(Member.id, added), one_of(column, common))
            holders.update(row[0] for row in await session.rows(ours))
    return holders


def _shared_values(
    column: InstrumentedAttribute[Any], same: InstrumentedAttribute[Any], added: Collection[int]
) -> Select[Any]:
    """(Value, how many of those who were added have it, whoever has it) where that is more than one member. Of others
    it names one more than matter, and no further."""
    ours = select(column.label("value"), func.count().label("members"))
    values = ours.where(one_of(Member.id, added), column.is_not(None)).group_by(column).subquery()
    few = select(_Other.id).where(same == values.c.value).limit(values.c.members + MOST_HOLDERS + 1).lateral()
    whoever = select(values.c.value, values.c.members, func.array_agg(few.c.id)).join(few, true())
    return whoever.group_by(values.c.value, values.c.members).having(func.count() > 1)


def _pieces(ids: Sequence[int]) -> Iterator[list[int]]:
    remaining = iter(ids)
    while piece := list(islice(remaining, MEMBERS_AT_A_TIME)):
        yield piece


def _at_once(work: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Runs it to its end. Without an event loop, in which Ctrl-C would not be heard before that."""
    try:
        work.send(None)
    except StopIteration as ended:
        result: ResultT = ended.value
        return result
    work.close()
    raise RuntimeError("what an import does within its transaction waits for nothing")
