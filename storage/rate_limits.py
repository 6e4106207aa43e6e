"""频率限制: counters in the database, and so the same for all processes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from limits.aio.storage import Storage
from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert

from domain.clock import Clock
from storage.engine import Database
from storage.models import RateLimit
from storage.writing import WriteSession

_CLOCKS_DIFFER_BY = timedelta(hours=1)
"""At most. What ends later than it can was counted by a clock that has been set back since, and counts no more."""


class CountersInDatabase(Storage):
    """What the strategies of the library `limits` count in. A window begins with the first try in it."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database, clock: Clock) -> None:
        super().__init__()
        self._database = database
        self._clock = clock

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        return ()

    async def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """One statement: of tries at the same moment each is given a number of its own."""
        now = self._clock()
        ends = now + timedelta(seconds=expiry)
        fresh = insert(RateLimit).values(key=key, count=amount, expires_at=ends)
        is_over = (RateLimit.expires_at <= now) | (RateLimit.expires_at > ends + _CLOCKS_DIFFER_BY)
        counted = fresh.on_conflict_do_update(
            index_elements=[RateLimit.key],
            set_={
                "count": case((is_over, amount), else_=RateLimit.count + amount),
                "expires_at": case((is_over, fresh.excluded.expires_at), else_=RateLimit.expires_at),
            },
        ).returning(RateLimit.count)
        async with self._database.writing() as session:
            rows = await session.rows(counted)
        return int(rows[0][0])

    async def get(self, key: str) -> int:
        row = await self._database.row(
            select(RateLimit.count).where(RateLimit.key == key, RateLimit.expires_at > self._clock())
        )
        return 0 if row is None else int(row[0])

    async def get_expiry(self, key: str) -> float:
        row = await self._database.row(select(RateLimit.expires_at).where(RateLimit.key == key))
        return (self._clock() if row is None else row[0]).timestamp()

    async def check(self) -> bool:
        return True

    async def reset(self) -> int | None:
        """Not offered: whoever clears all counters opens all doors."""
        raise NotImplementedError

    async def clear(self, key: str) -> None:
        async with self._database.writing() as session:
            await session.execute(delete(RateLimit).where(RateLimit.key == key))


async def count_failure(
    database: Database, key: str, delays: Sequence[timedelta], forgotten_after: timedelta, now: datetime
) -> datetime | None:
    """Counts a try as if it had failed, which success takes back by `forget_failures`.

    The n-th is followed by the n-th delay, in which there is no other. After the last delay counting begins anew.
    None when the try may be made, otherwise until when it may not. One statement: tries at the same moment cannot
    slip through together.
    """
    starts_anew = (RateLimit.count >= len(delays)) | (RateLimit.expires_at <= now)
    number = case((starts_anew, 1), else_=RateLimit.count + 1)
    blocked_until = case({n: now + delay for n, delay in enumerate(delays, 1)}, value=number)
    longest = now + forgotten_after
    fresh = insert(RateLimit).values(key=key, count=1, expires_at=longest, blocked_until=now + delays[0])
    tried = fresh.on_conflict_do_update(
        index_elements=[RateLimit.key],
        set_={"count": number, "expires_at": longest, "blocked_until": blocked_until},
        where=(
            RateLimit.blocked_until.is_(None)
            | (RateLimit.blocked_until <= now)
            | (RateLimit.blocked_until > now + max(delays) + _CLOCKS_DIFFER_BY)
        ),
    ).returning(RateLimit.count)
    async with database.writing() as session:
        if await session.row(tried) is not None:
            return None
        row = await session.row(select(RateLimit.blocked_until).where(RateLimit.key == key))
    return now if row is None else row[0]


async def forget_failures(session: WriteSession, key: str) -> None:
    await session.execute(delete(RateLimit).where(RateLimit.key == key))
