"""上级组织: the organisations above records, however far up a query goes, in one statement.

An organisation's path holds the ids of all that stand above it, so what is needed is known when the records are. What
several operations need at the same moment is read together: under load, that is one statement for many of them. Each
read begins after it was asked for, so nobody is given anything older than the question.
"""

from asyncio import AbstractEventLoop, Future, Task, get_running_loop
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import ARRAY, BigInteger, any_, select

from domain.paths import id_of, lies_within, path_above
from domain.records import ABOVE, OrganizationRecord, Selection, columns_of, maker_of
from storage.engine import Database, Row
from storage.models import Organization
from storage.statements import Statement, array_of, parameter, statement_of

Fields = tuple[str, ...]
Rows = Mapping[str, Row]
"""Path → the row of the organisation there."""


async def organizations_at(
    database: Database, scope: str, paths: Iterable[str], selection: Selection
) -> dict[str, OrganizationRecord]:
    """Path → the organisation there, for those within the scope; with its parents, as far up as is selected."""
    levels = selection.levels
    wanted = {place for path in paths for place in _upwards(path, scope, levels)}
    if not wanted:
        return {}
    fields = _fields(selection)
    found = await database.shared_here(OrganizationReads).rows(fields, wanted)
    return _linked({path: found[path] for path in wanted if path in found}, fields, selection)


@lru_cache(maxsize=20_000)
def _upwards(path: str, scope: str, levels: int) -> tuple[str, ...]:
    """The path and those above it, so many in all, that lie within the scope."""
    places: list[str] = []
    while len(places) < levels and lies_within(path, scope):
        places.append(path)
        path = path_above(path)
    return tuple(places)


@lru_cache(maxsize=1_000)
def _fields(selection: Selection) -> Fields:
    wanted = selection.columns_of_all_levels() | {"path"}
    return tuple(name for name in columns_of(OrganizationRecord) if name in wanted)


def _linked(rows: Rows, fields: Fields, selection: Selection) -> dict[str, OrganizationRecord]:
    if selection.above is None:
        make = maker_of(OrganizationRecord, fields)
        return {path: make(row) for path, row in rows.items()}
    parents = _linked(rows, fields, selection.above)
    make = maker_of(OrganizationRecord, (*fields, ABOVE[OrganizationRecord]))
    return {path: make((*row, parents.get(path_above(path)))) for path, row in rows.items()}


@dataclass(slots=True)
class _Asked:
    """What has been asked for since the last statement was sent."""

    paths: set[str] = field(default_factory=set)
    waiting: list["Future[Rows]"] = field(default_factory=list)


class OrganizationReads:
    """Organisations by their paths. Those asked for in one turn of the event loop share a statement."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: dict[Fields, _Asked] = {}
        self._reading: set[Task[None]] = set()

    async def rows(self, fields: Fields, paths: set[str]) -> Rows:
        """At least the rows of those paths that exist."""
        loop = get_running_loop()
        asked = self._asked.get(fields)
        if asked is None:
            asked = self._asked[fields] = _Asked()
            loop.call_soon(self._begin, loop, fields)
        answer: Future[Rows] = loop.create_future()
        asked.paths |= paths
        asked.waiting.append(answer)
        return await answer

    def _begin(self, loop: AbstractEventLoop, fields: Fields) -> None:
        task = loop.create_task(self._read(fields, self._asked.pop(fields)))
        self._reading.add(task)
        task.add_done_callback(self._reading.discard)

    async def _read(self, fields: Fields, asked: _Asked) -> None:
        try:
            rows = await self._database.rows(_with_ids(fields).with_values({"ids": array_of(map(id_of, asked.paths))}))
        except Exception as error:
            for answer in asked.waiting:
                if not answer.done():
                    answer.set_exception(error)
            return
        except BaseException:  # the server ends
            for answer in asked.waiting:
                answer.cancel()
            raise
        place = fields.index("path")
        found = {row[place]: row for row in rows}
        for answer in asked.waiting:
            if not answer.done():
                answer.set_result(found)


@lru_cache(maxsize=500)
def _with_ids(fields: Fields) -> Statement:
    """Without a scope: who asks for a path has found it within theirs."""
    columns = [getattr(Organization, name) for name in fields]
    return statement_of(select(*columns).where(Organization.id == any_(parameter("ids", ARRAY(BigInteger)))))
