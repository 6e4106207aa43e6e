"""只读副本: standbys that follow the primary by streaming replication, and answer reads in its stead.

How far each has come is looked at in the background, in every process. What a replica has replayed it keeps, so what
was known of it a moment ago is enough to say that it has a certain write; one that cannot be reached is left out until
it has been looked at again.
"""

from asyncio import gather, sleep, timeout
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from hashlib import blake2b
from math import inf
from time import monotonic
from typing import NamedTuple, TypeVar

from psycopg import Error, InterfaceError, OperationalError
from psycopg.errors import DeadlockDetected, QueryCanceled, SerializationFailure
from psycopg_pool import PoolTimeout
from sqlalchemy import Executable, text

from storage.audit_log import AuditLog
from storage.engine import Database, Row, reading_pool, session_options
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.statements import Statement, statement_of
from storage.text_search import FrequentGrams
from storage.wal_positions import BEYOND_ALL, Position, position_of
from storage.writing import WriteSession

SharedT = TypeVar("SharedT")

_MOST_SAMPLES = 1_000
_LOOK_TIMEOUT = 2.0
"""Seconds."""

_SOON_GIVEN_UP = {"connect_timeout": 2, "tcp_user_timeout": 5_000}
"""Seconds and milliseconds, as libpq has them: there is another place to read from."""

_OF_PRIMARY = text("SELECT pg_current_wal_insert_lsn()::text")
_OF_REPLICA = text("SELECT pg_last_wal_replay_lsn()::text WHERE pg_is_in_recovery()")


@dataclass(frozen=True, slots=True)
class ReplicaPolicy:
    """`urls` of the replicas; `most_lag` in seconds, beyond which one is not read."""

    urls: Sequence[str] = ()
    most_lag: float = 5.0


class _Sample(NamedTuple):
    """Whatever was committed at `at`, a time of `monotonic`, lies before the position."""

    at: float
    position: Position


class Replica(Database):
    """The database as one of its replicas has it. What is no reading of a query goes to the primary."""

    def __init__(self, primary: Database, url: str, connections: int, patience: float, options: str) -> None:
        how = {"options": options, **_SOON_GIVEN_UP}
        reading = reading_pool(url, connections, patience, **how)
        super().__init__(primary.url, reading, rules=primary.rules_in_force, longest_read=primary.longest_read)
        self.primary = primary
        self._looking = reading_pool(url, 1, patience, **how)
        self.replayed: Position = 0
        """As far as is known; 0 while it is left out."""
        self.lag = inf
        """Seconds for which something may have been committed that is not here yet, as of the last look."""
        self.fallen_back: Callable[[str], None] = lambda _reason: None
        """Told why the primary has answered instead: `conflict`, `busy` or `unreachable`."""

    async def rows(self, statement: Statement | Executable) -> list[Row]:
        """A statement that the replica gave up, since what it reads was about to be replayed over, and one that did not
        reach it, are read once from the primary."""
        ready = statement if isinstance(statement, Statement) else statement_of(statement)
        try:
            return await self._rows(ready)
        except QueryCanceled as error:
            raise StatementTimedOutError from error
        except (SerializationFailure, DeadlockDetected):
            self.fallen_back("conflict")
        except PoolTimeout:
            self.fallen_back("busy")
        except (OperationalError, InterfaceError):
            self.leave_out()
            self.fallen_back("unreachable")
        return await self.primary.rows(ready)

    async def _replayed(self) -> list[Row]:
        """On a connection of its own: those that read may all be busy, which is no lag."""
        if self._looking.closed:
            await self._looking.open()
        async with self._looking.connection() as connection:
            return await connection.read(statement_of(_OF_REPLICA))

    def leave_out(self) -> None:
        """Until it has been looked at again: behind its address there may be another by then."""
        self.replayed, self.lag = 0, inf

    async def look(self, samples: Sequence[_Sample]) -> None:
        """How far it has come, against where the primary was when."""
        try:
            async with timeout(_LOOK_TIMEOUT):
                found = await self._replayed()
        except (Error, TimeoutError):
            found = []
        if not found or found[0][0] is None:  # it is gone, or follows nobody any more
            self.leave_out()
            return
        self.replayed = position_of(found[0][0])
        had = (sample.at for sample in reversed(samples) if sample.position <= self.replayed)
        self.lag = monotonic() - next(had, -inf)

    def shared(self, kind: Callable[[Database], SharedT]) -> SharedT:
        return self.primary.shared(kind)

    async def frequent_grams(self) -> FrequentGrams:
        return await self.primary.frequent_grams()

    def writing(self) -> AbstractAsyncContextManager[WriteSession]:
        return self.primary.writing()

    @property
    def audit_log(self) -> AuditLog:
        return self.primary.audit_log

    async def close(self) -> None:
        await self._looking.close()
        await self._pool.close()


class Replicas:
    """All of one primary, as one process knows them."""

    def __init__(self, primary: Database, members: Sequence[Replica], most_lag: float) -> None:
        self._primary = primary
        self.members = members
        self._most_lag = most_lag
        self._samples: deque[_Sample] = deque(maxlen=_MOST_SAMPLES)

    def for_reading(self, at_least: Position, caller: str) -> Replica | None:
        """One that has what lies before the position; None when only the primary has. The same one for a caller as long
        as it can be read, so that what was seen once is not gone at the next look."""
        fit = [each for each in self.members if self.is_read(each) and each.replayed >= at_least]
        return max(fit, key=lambda each: _affinity(caller, self.members.index(each))) if fit else None

    def is_read(self, replica: Replica) -> bool:
        """The age of the last look counts as lag: when nobody looks any more, no replica is read."""
        since = monotonic() - self._samples[-1].at if self._samples else inf
        return replica.lag + since <= self._most_lag

    async def written(self) -> Position:
        """Before which everything lies that is committed by now. When the primary does not say, beyond all: whoever has
        written then reads the primary."""
        try:
            return await self._position()
        except (DatabaseUnavailableError, StatementTimedOutError):
            return BEYOND_ALL

    async def _position(self) -> Position:
        [row] = await self._primary.rows(_OF_PRIMARY)
        return position_of(row[0])

    async def follow(self) -> None:
        """Looks at all of them again and again, until it is cancelled."""
        pause = min(max(self._most_lag / 10, 0.05), 0.5)
        while True:
            await self.look()
            await sleep(pause)

    async def look(self) -> None:
        """The time is taken before the primary is asked: lags come out too long rather than too short."""
        at = monotonic()
        try:
            self._samples.append(_Sample(at, await self._position()))
        except (DatabaseUnavailableError, StatementTimedOutError):
            return
        await gather(*(each.look(self._samples) for each in self.members))

    async def close(self) -> None:
        for each in self.members:
            await each.close()


def replicas_of(
    primary: Database,
    policy: ReplicaPolicy,
    *,
    connections: int = 20,
    statement_timeout: float = 10.0,
    patience: float = 5.0,
) -> Replicas | None:
    """None when there are none. `connections` to each; the rest is as `storage.engine.connect` has it."""
    options = session_options(statement_timeout)
    members = [Replica(primary, url, connections, patience, options) for url in policy.urls]
    return Replicas(primary, members, policy.most_lag) if members else None


def _affinity(caller: str, number: int) -> bytes:
    """Rendezvous hashing: when one replica goes, only its callers move."""
    return blake2b(f"{number}:{caller}".encode(), digest_size=8).digest()
