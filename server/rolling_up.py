"""汇总的维护: folds what has changed into the counts, and looks once a day which organisations are large enough."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from domain.clock import Clock, today
from domain.rollups import Thresholds
from server.settings import Settings
from storage.engine import Database
from storage.rollups import (
    alone,
    day_of_counts,
    fold_deltas,
    note_sizing,
    resize,
    resizings,
    sized_on,
)
from storage.writing import WriteSession

DELTAS_AT_A_TIME = 2_000
LONGEST_STATEMENT = 300.0
"""Seconds: counting seven million members takes ten."""


def thresholds_of(settings: Settings) -> Thresholds:
    return Thresholds(settings.rollup_members, settings.rollup_pairs_members)


@dataclass(frozen=True, slots=True)
class RollingUp:
    """Whatever it does, the answers are the same: they only come sooner."""

    database: Database
    clock: Clock
    thresholds: Thresholds
    at_a_time: int = DELTAS_AT_A_TIME

    async def keep(self) -> None:
        """To be called again and again. What another is at is left to that one."""
        while await self._fold():
            pass
        if await sized_on(self.database) != today(self.clock):
            await self.size()

    async def _fold(self) -> bool:
        """Whether there is more of it. The counts are taken to this day by the way."""
        async with self._alone() as session:
            if session is None:
                return False
            day = await day_of_counts(session, today(self.clock))
            return await fold_deltas(session, day, self.at_a_time)

    async def size(self) -> None:
        """Each organisation in a transaction of its own, so that whoever is interrupted goes on from there."""
        async with self._alone() as session:
            if session is None:
                return
            changes = await resizings(session, self.thresholds)
        for change in changes:
            async with self._alone() as session:
                if session is None:
                    return
                await resize(session, change, await day_of_counts(session, today(self.clock)))
        async with self.database.writing() as session:
            await note_sizing(session, today(self.clock))

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[WriteSession | None]:
        """A transaction with time enough; None while somebody else writes counts."""
        async with self.database.writing() as session:
            await session.allow(LONGEST_STATEMENT)
            yield session if await alone(session) else None
