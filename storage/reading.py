"""读取: which columns a read takes, and how its rows become records with the organisations above them.

An organisation's path holds the ids of all that stand above it. So however deep a query goes up from its records, the
organisations it needs are known when the records are, and one statement reads them all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic

from sqlalchemy import ARRAY, BigInteger, any_, select
from sqlalchemy.orm import InstrumentedAttribute

from domain.paths import id_of, lies_within, path_above
from domain.records import ABOVE, MemberRecord, OrganizationRecord, Record, RecordT, Selection, columns_of, maker_of
from storage.engine import Database, Row
from storage.filters import scope_values, scoped
from storage.models import Member, Organization
from storage.ordering import Keyset
from storage.statements import Statement, array_of, parameter, statement_of

_TABLES: Mapping[type[Record], Any] = {MemberRecord: Member, OrganizationRecord: Organization}
_PATHS: Mapping[type[Record], str] = {MemberRecord: "org_path", OrganizationRecord: "path"}


@dataclass(frozen=True, slots=True)
class Reading(Generic[RecordT]):
    """Of records of one kind: `fields` are read in this order."""

    kind: type[RecordT]
    fields: tuple[str, ...]
    above: Selection | None

    @property
    def columns(self) -> list[InstrumentedAttribute[Any]]:
        return [getattr(_TABLES[self.kind], name) for name in self.fields]

    async def records(self, database: Database, scope: str, rows: Sequence[Row]) -> list[RecordT]:
        if self.above is None:
            make = maker_of(self.kind, self.fields)
            return [make(row) for row in rows]
        make = maker_of(self.kind, (*self.fields, ABOVE[self.kind]))
        place = self.fields.index(_PATHS[self.kind])
        above = await self._organizations_above(database, scope, {row[place] for row in rows})
        return [make(row + above[row[place]]) for row in rows]

    async def _organizations_above(
        self, database: Database, scope: str, paths: Iterable[str]
    ) -> dict[str, tuple[OrganizationRecord | None]]:
        """Path of a record → the organisation above it, alone. A member's path is that of its branch already."""
        if self.above is None:
            return {}
        above = {path: path if self.kind is MemberRecord else path_above(path) for path in paths}
        found = await organizations_at(database, scope, above.values(), self.above)
        return {path: (found.get(place),) for path, place in above.items()}


def reading_of(kind: type[RecordT], selection: Selection, *, keyset: Keyset = ()) -> Reading[RecordT]:
    """Of what is selected, with what the order and the way upwards need beside it."""
    wanted = selection.columns | {key.column.key for key in keyset}
    if selection.above is not None:
        wanted |= {_PATHS[kind]}
    return Reading(kind, tuple(name for name in columns_of(kind) if name in wanted), selection.above)


async def organizations_at(
    database: Database, scope: str, paths: Iterable[str], selection: Selection
) -> dict[str, OrganizationRecord]:
    """Path → the organisation there, for those within the scope; with its parents, as far up as is selected."""
    levels = selection.levels()
    ids = sorted({id_of(place) for path in paths for place in _upwards(path, scope, len(levels))})
    if not ids:
        return {}
    fields = _fields_of(levels)
    rows = await database.rows(_organizations(fields).with_values({"ids": array_of(ids), **scope_values(scope)}))
    place = fields.index("path")
    return _linked({row[place]: row for row in rows}, fields, selection)


def _upwards(path: str, scope: str, levels: int) -> Iterable[str]:
    """The path and those above it, so many in all, that lie within the scope."""
    for _ in range(levels):
        if not lies_within(path, scope):
            return
        yield path
        path = path_above(path)


def _fields_of(levels: Sequence[Selection]) -> tuple[str, ...]:
    wanted = {"path"}.union(*(level.columns for level in levels))
    return tuple(name for name in columns_of(OrganizationRecord) if name in wanted)


@lru_cache(maxsize=500)
def _organizations(fields: tuple[str, ...]) -> Statement:
    """Those of some ids that lie within a scope."""
    ids = parameter("ids", ARRAY(BigInteger))
    columns = [getattr(Organization, name) for name in fields]
    return statement_of(select(*columns).where(Organization.id == any_(ids), scoped(Organization.path)))


def _linked(rows: Mapping[str, Row], fields: tuple[str, ...], selection: Selection) -> dict[str, OrganizationRecord]:
    if selection.above is None:
        make = maker_of(OrganizationRecord, fields)
        return {path: make(row) for path, row in rows.items()}
    parents = _linked(rows, fields, selection.above)
    make = maker_of(OrganizationRecord, (*fields, ABOVE[OrganizationRecord]))
    return {path: make((*row, parents.get(path_above(path)))) for path, row in rows.items()}
