"""连接池的现状: what operators and examinations look at."""

from typing import Any, NamedTuple

from psycopg_pool import AsyncConnectionPool


class PoolStanding(NamedTuple):
    """连接池: connections that are in use, that are open and idle, and how many callers wait for one."""

    used: int
    idle: int
    awaited: int


def standing_of(pool: AsyncConnectionPool[Any]) -> PoolStanding:
    found = pool.get_stats()
    idle = found.get("pool_available", 0)
    return PoolStanding(found.get("pool_size", 0) - idle, idle, found.get("requests_waiting", 0))
