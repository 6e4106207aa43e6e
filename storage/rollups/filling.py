"""Filling: the counts of one organisation made anew, from those of its children where these are rolled up, and from the
members themselves where they are not."""

from datetime import date
from typing import Any

from sqlalchemy import CTE, BigInteger, Select, Text, cast, column, exists, func, literal, select, true, union_all
from sqlalchemy.dialects.postgresql import Insert

from domain.rollups import BETWEEN
from storage.models import Member, MemberDelta, Organization, Rollup, RollupCount
from storage.rollups.marks import added, marks_of, numbers

_TEXT = Text(collation="C")


def filling(organization_id: int, path: str, day: date, *, pairs: bool) -> Insert:
    """By single columns, or by pairs. There must be none yet, and the children's must be right.

    What is still to be folded is left out, for it is added when it is folded.
    """
    places = _places(organization_id, path, pairs=pairs)
    live = numbers(_rows(organization_id, places, day), pairs)
    return added(union_all(_of_children(organization_id, pairs=pairs), live))


def _of_children(organization_id: int, *, pairs: bool) -> Select[Any]:
    """The counts of each child, summed over its own places."""
    each = func.jsonb_each_text(RollupCount.counts).table_valued(column("key", _TEXT), column("value", Text))
    pair = func.strpos(RollupCount.combination, BETWEEN) > 0
    by = (RollupCount.combination, RollupCount.organization_id.label("place_id"), each.c.key.label("marks"))
    total = func.sum(cast(each.c.value, BigInteger)).label("number")
    return (
        select(literal(organization_id, BigInteger).label("organization_id"), *by, total)
        .select_from(RollupCount)
        .join(Rollup, Rollup.organization_id == RollupCount.organization_id)
        .join(Organization, Organization.id == RollupCount.organization_id)
        .join(each, true())
        .where(Organization.parent_id == organization_id, pair if pairs else ~pair)
        .group_by(RollupCount.combination, RollupCount.organization_id, each.c.key)
    )


def _places(organization_id: int, path: str, *, pairs: bool) -> CTE:
    """The children that are not rolled up, and the organisation itself, each with the range of its members' paths."""
    has = [Rollup.organization_id == Organization.id, *([Rollup.by_pairs] if pairs else [])]
    end = func.rtrim(Organization.path, "/").concat(_AFTER_A_PATH)
    children = select(Organization.id.label("id"), Organization.path.label("first"), end.label("end"))
    itself = select(literal(organization_id, BigInteger), literal(path, _TEXT), literal(path + BETWEEN, _TEXT))
    children = children.where(Organization.parent_id == organization_id, ~exists().where(*has))
    return union_all(children, itself).cte("places")


_AFTER_A_PATH = chr(ord("/") + 1)


def _rows(organization_id: int, places: CTE, day: date) -> CTE:
    found = []
    for table, change in ((Member, literal(1)), (MemberDelta, -MemberDelta.change)):
        within = (table.org_path >= places.c.first) & (table.org_path < places.c.end)
        labels = (literal(organization_id, BigInteger).label("organization_id"), places.c.id.label("place_id"))
        rows = select(*labels, change.label("change"), *marks_of(table, day).values())
        found.append(rows.select_from(places).join(table, within))
    return union_all(*found).cte("rows")
