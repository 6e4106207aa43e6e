"""Pages under a filter, for which PostgreSQL's own choice of a plan can be wrong by orders of magnitude.

With ORDER BY and LIMIT it takes what satisfies the filter to be spread evenly over the order and walks the order until
the page is full. Where the two hang together (addresses and the tree, ages and dates of joining) it may walk all the
register. So a page is looked for near its start first, and only then by the filter, whatever the order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select, true
from sqlalchemy.orm import InstrumentedAttribute

from storage.engine import Database, Row
from storage.ordering import Keyset
from storage.pages import Walk, page_conditions, page_statement

_NEAR = 5_000
_NEAR_FOR_EACH = 10


@dataclass(frozen=True, slots=True)
class FilteredRead:
    """Which columns of which rows: those `within` a scope that satisfy a filter.

    The filter comes in two forms with the same meaning: `satisfies` tests a row at hand, `found` goes by the indexes.
    """

    columns: Sequence[InstrumentedAttribute[Any]]
    within: ColumnElement[bool]
    satisfies: ColumnElement[bool]
    found: ColumnElement[bool]

    async def rows(self, database: Database, keyset: Keyset, walk: Walk) -> list[Row]:
        """One statement where the page is full near its start or the scope ends there; otherwise two."""
        width, limit = len(self.columns), int(walk.limit)
        near = max(_NEAR, _NEAR_FOR_EACH * limit)
        rows = await database.rows(self._near(keyset, walk, near))
        found = [row[:width] for row in rows if row[width]]
        if len(found) < limit and rows and rows[-1][-1] == near:
            names = [column.key for column in self.columns]
            place = tuple(rows[-1][names.index(key.column.key)] for key in keyset)
            rest = replace(walk, start=place, limit=limit - len(found))
            found += await database.rows(self._beyond(keyset, rest))
        return found

    def _near(self, keyset: Keyset, walk: Walk, near: int) -> Select[Any]:
        """What satisfies the filter among the first rows of the walk, and the last of these rows in any case."""
        walked = walk.keyset(keyset)
        rows = select(*self.columns, self.satisfies.label("satisfies")).where(self.within)
        first = page_statement(rows, keyset, replace(walk, limit=near)).subquery()
        order = [key.ordered(first.c[key.column.key]) for key in walked]
        numbered = select(*first.c, func.row_number().over(order_by=order).label("number")).subquery()
        return (
            select(numbered)
            .where(numbered.c.satisfies | (numbered.c.number == near))
            .order_by(*(key.ordered(numbered.c[key.column.key]) for key in walked))
            .limit(walk.limit)
        )

    def _beyond(self, keyset: Keyset, walk: Walk) -> Select[Any]:
        """The first rows of a walk that starts somewhere and satisfy the filter.

        OFFSET 0 keeps the order, and IS TRUE the place, out of how they are found: PostgreSQL takes next to nothing
        to lie beyond a place in an order by a flag, and would look through half the register for it.
        """
        walked = walk.keyset(keyset)
        conditions = [self.within, self.found, *(end.is_(true()) for end in page_conditions(keyset, walk))]
        keys = [key.column for key in walked]
        found = select(*keys).where(*conditions).offset(literal_column("0")).subquery()
        order = [key.ordered(found.c[key.column.key]) for key in walked]
        first = select(found).order_by(*order).limit(walk.limit).subquery()
        identifier = keys[-1]
        return (
            select(*self.columns)
            .join(first, first.c[identifier.key] == identifier)
            .order_by(*(key.ordered() for key in walked))
        )
