"""The data loaders of the stock application: ORM objects, one statement a batch."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased
from strawberry.dataloader import DataLoader

from storage.models import Base, File, Member, Organization

RecordT = TypeVar("RecordT", bound=Base)
Sessions = async_sessionmaker[AsyncSession]
Below = tuple[int, int]
"""Of an organisation, the first so many."""

_Above = aliased(Organization, name="above")


class Loaders:
    """The loaders of one request.

    Each batch has a session of its own: resolvers run concurrently, and one AsyncSession cannot.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self.organization = DataLoader(self._organizations)
        self.member = DataLoader(self._members)
        self.attachments = DataLoader(self._attachments)
        self.first_members = DataLoader(self._first_members)
        self.members_below = DataLoader(self._members_below)
        self.children = DataLoader(self._children)
        self.child_count = DataLoader(self._child_counts)
        self.member_count = DataLoader(self._member_counts)

    async def root(self) -> Organization:
        async with self._sessions() as session:
            return (await session.scalars(select(Organization).where(Organization.parent_id.is_(None)))).one()

    async def count_of_members(self) -> int:
        async with self._sessions() as session:
            return await session.scalar(select(func.count()).select_from(Member)) or 0

    async def _organizations(self, ids: list[int]) -> list[Organization | None]:
        found = {row.id: row for row in await self._all(select(Organization).where(Organization.id.in_(ids)))}
        return [found.get(key) for key in ids]

    async def _members(self, ids: list[int]) -> list[Member | None]:
        found = {row.id: row for row in await self._all(select(Member).where(Member.id.in_(ids)))}
        return [found.get(key) for key in ids]

    async def _attachments(self, ids: list[int]) -> list[list[File]]:
        found: dict[int, list[File]] = defaultdict(list)
        for row in await self._all(select(File).where(File.member_id.in_(ids)).order_by(File.id)):
            found[row.member_id or 0].append(row)
        return [found[key] for key in ids]

    async def _first_members(self, sizes: list[int]) -> list[Sequence[Member]]:
        """One more than asked for, to know whether there are more; so do the pages below."""
        ordered = select(Member).order_by(Member.org_path, Member.id)
        return [await self._all(ordered.limit(size + 1)) for size in sizes]

    async def _members_below(self, keys: list[Below]) -> list[list[Member]]:
        page = select(Member).where(*_below()).order_by(Member.org_path, Member.id)
        return await self._pages(Member, page, keys, ("org_path", "id"))

    async def _children(self, keys: list[Below]) -> list[list[Organization]]:
        page = select(Organization).where(Organization.parent_id == _Above.id).order_by(Organization.path)
        return await self._pages(Organization, page, keys, ("path",))

    async def _child_counts(self, ids: list[int]) -> list[int]:
        counted = select(func.count()).select_from(Organization).where(Organization.parent_id == _Above.id)
        return await self._counts(counted, ids)

    async def _member_counts(self, ids: list[int]) -> list[int]:
        return await self._counts(select(func.count()).select_from(Member).where(*_below()), ids)

    async def _counts(self, counted: Select[int], ids: list[int]) -> list[int]:
        count = counted.correlate(_Above).scalar_subquery()
        async with self._sessions() as session:
            rows = (await session.execute(select(_Above.id, count).where(_Above.id.in_(ids)))).all()
        found = {row[0]: row[1] for row in rows}
        return [found[key] for key in ids]

    async def _pages(
        self, model: type[RecordT], page: Select[Any], keys: list[Below], order: tuple[str, ...]
    ) -> list[list[RecordT]]:
        """All pages of one size in one statement."""
        found: dict[Below, list[RecordT]] = defaultdict(list)
        for size in {size for _, size in keys}:
            below = aliased(model, page.limit(size + 1).correlate(_Above).lateral("below"))
            ids = [key for key, its_size in keys if its_size == size]
            statement = select(_Above.id, below).join(below, true()).where(_Above.id.in_(ids))
            ordered = statement.order_by(_Above.id, *(getattr(below, name) for name in order))
            async with self._sessions() as session:
                for key, record in await session.execute(ordered):
                    found[key, size].append(record)
        return [found[key] for key in keys]

    async def _all(self, statement: Select[RecordT]) -> Sequence[RecordT]:
        async with self._sessions() as session:
            return (await session.scalars(statement)).all()


def _below() -> list[ColumnElement[bool]]:
    return [Member.org_path >= _Above.path, Member.org_path < func.left(_Above.path, -1).concat("0")]
