"""Pages under a filter, for which PostgreSQL's own choice of a plan can be wrong by orders of magnitude.

With ORDER BY and LIMIT it takes what satisfies the filter to be spread evenly over the order and walks the order until
the page is full. Where the two hang together (addresses and the tree, ages and dates of joining) it may walk all the
register. So a page is looked for near its start first, and only then by the filter, whatever the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.pages import Page, PageRequest
from storage.ordering import Keyset, backward, beyond
from storage.pages import MakeRecord, RecordT, ends_of, page_of, page_statement

_NEAR = 5_000
_NEAR_FOR_EACH = 10


@dataclass(frozen=True, slots=True)
class FilteredRead:
    """Which columns of which rows: those `within` a scope that satisfy a filter.

    The filter comes in two forms with the same meaning: `satisfies` tests a row at hand, `found` goes by the indexes.
    """

    columns: Sequence[ColumnElement[Any]]
    within: ColumnElement[bool]
    satisfies: ColumnElement[bool]
    found: ColumnElement[bool]

    async def page(
        self, connection: AsyncConnection, keyset: Keyset, request: PageRequest, make: MakeRecord[RecordT]
    ) -> Page[RecordT]:
        """One statement where the page is full near its start or the scope ends there; otherwise two."""
        width = len(self.columns)
        near = max(_NEAR, _NEAR_FOR_EACH * request.limit)
        rows = list(await connection.execute(self._near(keyset, request, near)))
        found = [row[:width] for row in rows if row.satisfies]
        if len(found) <= request.limit and rows and rows[-1].number == near:
            place = [getattr(rows[-1], key.column.key) for key in keyset]
            missing = request.limit + 1 - len(found)
            found += await connection.execute(self._beyond(keyset, request, place, missing))
        return page_of([make(row) for row in found], keyset, request)

    def _near(self, keyset: Keyset, request: PageRequest, near: int) -> Select[Any]:
        """What satisfies the filter among the first rows of the walk, and the last of these rows in any case."""
        walked = backward(keyset) if request.backward else keyset
        rows = select(*self.columns, self.satisfies.label("satisfies")).where(self.within)
        first = page_statement(rows, keyset, replace(request, limit=near - 1)).subquery()
        order = [key.ordered(first.c[key.column.key]) for key in walked]
        numbered = select(*first.c, func.row_number().over(order_by=order).label("number")).subquery()
        return (
            select(numbered)
            .where(numbered.c.satisfies | (numbered.c.number == near))
            .order_by(*(key.ordered(numbered.c[key.column.key]) for key in walked))
            .limit(request.limit + 1)
        )

    def _beyond(self, keyset: Keyset, request: PageRequest, place: Sequence[object], limit: int) -> Select[Any]:
        """The first rows beyond a place that satisfy the filter.

        OFFSET 0 keeps the order, and IS TRUE the place, out of how they are found: PostgreSQL takes next to nothing
        to lie beyond a place in an order by a flag, and would look through half the register for it.
        """
        walked = backward(keyset) if request.backward else keyset
        stop, _ = ends_of(keyset, request)
        conditions = [self.within, self.found, beyond(walked, place).is_(true())]
        if stop is not None:
            conditions.append(beyond(backward(walked), stop).is_(true()))
        keys = [key.column for key in walked]
        found = select(*keys).where(*conditions).offset(literal_column("0")).subquery()
        first = (
            select(found).order_by(*(key.ordered(found.c[key.column.key]) for key in walked)).limit(limit).subquery()
        )
        identifier = keys[-1]
        return (
            select(*self.columns)
            .join(first, first.c[identifier.key] == identifier)
            .order_by(*(key.ordered() for key in walked))
        )
