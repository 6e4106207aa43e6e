from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode

from server.lists import texts_from
from storage.replicas import ReplicaPolicy


def _of_postgresql(urls: tuple[str, ...]) -> tuple[str, ...]:
    """What is wrong is told without the value, which may hold a password."""
    if not all(url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")) for url in urls):
        raise PydanticCustomError("urls", "they must be addresses as postgresql://user:password@host/database")
    return urls


class ScalingSettings(BaseSettings):
    """The part of `Settings` that says over which PostgreSQL servers the work is spread."""

    database_pool_url: Annotated[
        str | None,
        Field(
            description="The same database by way of a PgBouncer in transaction mode, for what reads and writes. What "
            "listens, locks or streams goes on using DATABASE_URL (`docs/scaling.md`)."
        ),
    ] = None
    replica_urls: Annotated[
        tuple[str, ...],
        NoDecode,
        BeforeValidator(texts_from),
        AfterValidator(_of_postgresql),
        Field(
            description="Replicas of the database, by streaming replication, at which queries are read; several with "
            "blanks between (`docs/scaling.md`)."
        ),
    ] = ()
    replica_lag: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            description="Seconds that a replica may lag behind what was committed; one that lags more is not read.",
        ),
    ] = 5.0

    @property
    def replicas(self) -> ReplicaPolicy:
        return ReplicaPolicy(self.replica_urls, self.replica_lag)
