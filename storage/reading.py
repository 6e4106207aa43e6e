"""读取: which columns a read takes, and how its rows become records with the organisations above them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Generic

from sqlalchemy.orm import InstrumentedAttribute

from domain.paths import path_above
from domain.records import (
    ABOVE,
    AccountRecord,
    MemberRecord,
    OrganizationRecord,
    Record,
    RecordT,
    Selection,
    columns_of,
    maker_of,
)
from storage.engine import Database, Row
from storage.models import Account, Member, Organization
from storage.ordering import Keyset
from storage.organizations_above import organizations_at

_TABLES: Mapping[type[Record], Any] = {MemberRecord: Member, OrganizationRecord: Organization, AccountRecord: Account}
_PATHS: Mapping[type[Record], str] = {
    MemberRecord: "org_path",
    OrganizationRecord: "path",
    AccountRecord: "org_path",
}


def table_of(kind: type[Record]) -> Any:
    """The model that records of that kind are rows of."""
    return _TABLES[kind]


def column_of(kind: type[Record], name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(_TABLES[kind], name)
    return column


def path_of(kind: type[Record]) -> InstrumentedAttribute[Any]:
    """The column by which such records belong to a scope."""
    return column_of(kind, _PATHS[kind])


@dataclass(frozen=True)
class Reading(Generic[RecordT]):
    """Of records of one kind: `fields` are read in this order."""

    kind: type[RecordT]
    fields: tuple[str, ...]
    above: Selection | None

    @property
    def columns(self) -> list[InstrumentedAttribute[Any]]:
        return [column_of(self.kind, name) for name in self.fields]

    @cached_property
    def _make(self) -> Callable[[Row], RecordT]:
        return maker_of(self.kind, self.fields if self.above is None else (*self.fields, ABOVE[self.kind]))

    @cached_property
    def _place_of_path(self) -> int:
        return self.fields.index(_PATHS[self.kind])

    async def records(self, database: Database, scope: str, rows: Sequence[Row]) -> list[RecordT]:
        make = self._make
        if self.above is None:
            return [make(row) for row in rows]
        place = self._place_of_path
        above = await self._organizations_above(database, scope, {row[place] for row in rows}, self.above)
        return [make(row + above[row[place]]) for row in rows]

    async def _organizations_above(
        self, database: Database, scope: str, paths: Iterable[str], selection: Selection
    ) -> dict[str, tuple[OrganizationRecord | None]]:
        """Path of a record → the organisation above it, alone. Members and accounts have its path already."""
        above = {path: path_above(path) if self.kind is OrganizationRecord else path for path in paths}
        found = await organizations_at(database, scope, above.values(), selection)
        return {path: (found.get(place),) for path, place in above.items()}


@lru_cache(maxsize=1_000)
def reading_of(kind: Any, selection: Selection, keyset: Keyset = ()) -> Reading[Any]:
    """Of what is selected, with what the order and the way upwards need beside it."""
    wanted = selection.columns | {key.column.key for key in keyset}
    if selection.above is not None:
        wanted |= {_PATHS[kind]}
    return Reading(kind, tuple(name for name in columns_of(kind) if name in wanted), selection.above)
