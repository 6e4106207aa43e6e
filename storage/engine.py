"""引擎: connections to PostgreSQL, and the two kinds of session that the rooms above are given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

# A generic plan for "ORDER BY id LIMIT" walks the primary key however narrow the scope is; JIT costs more than
# these short statements take.
_SERVER_OPTIONS = "-c plan_cache_mode=force_custom_plan -c jit=off -c timezone=UTC"


@dataclass(frozen=True, slots=True)
class Database:
    """A pool of connections. Reads run in autocommit, one short session for each batch; a write is one transaction."""

    engine: AsyncEngine

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncConnection]:
        """Several reads that see the same moment."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            async with connection.begin():
                yield connection

    async def close(self) -> None:
        await self.engine.dispose()


def connect(url: str, *, connections: int = 20, statement_timeout: float = 10.0) -> Database:
    """`statement_timeout` in seconds; connections are opened when first needed."""
    options = f"{_SERVER_OPTIONS} -c statement_timeout={int(statement_timeout * 1000)}"
    engine = create_async_engine(
        psycopg_url(url),
        isolation_level="AUTOCOMMIT",
        pool_size=connections,
        max_overflow=0,
        pool_pre_ping=False,
        connect_args={"options": options},
    )
    return Database(engine)


def psycopg_url(url: str) -> str:
    """The URL with SQLAlchemy's name of the driver, from any of the spellings in use for PostgreSQL."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1))
    return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
