from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings

from server.secret_values import secret_value
from storage.replicas import ReplicaPolicy


def _of_postgresql(urls: SecretStr | None) -> SecretStr | None:
    """What is wrong is told without the value, which may hold a password."""
    told = urls.get_secret_value().split() if urls else ()
    if not all(url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")) for url in told):
        raise PydanticCustomError("urls", "they must be addresses as postgresql://user:password@host/database")
    return urls


class ScalingSettings(BaseSettings):
    """The part of `Settings` that says over which PostgreSQL servers the work is spread."""

    database_pool_url: Annotated[
        SecretStr | None,
        Field(
            description="The same database by way of a PgBouncer in transaction mode, for what reads and writes. What "
            "listens, locks or streams goes on using DATABASE_URL (`docs/scaling.md`)."
        ),
    ] = None
    database_pool_url_file: Annotated[
        Path | None, Field(description="A file that holds this address; it goes before the address itself.")
    ] = None
    replica_urls: Annotated[
        SecretStr | None,
        AfterValidator(_of_postgresql),
        Field(
            description="Replicas of the database, by streaming replication, at which queries are read; several with "
            "blanks between (`docs/scaling.md`)."
        ),
    ] = None
    replica_urls_file: Annotated[
        Path | None, Field(description="A file that holds these addresses; it goes before the addresses themselves.")
    ] = None
    replica_lag: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            description="Seconds that a replica may lag behind what was committed; one that lags more is not read.",
        ),
    ] = 5.0

    @property
    def database_pool_address(self) -> str | None:
        """SecretValueError when the file cannot be read."""
        return secret_value(self.database_pool_url, self.database_pool_url_file, "DENGTA_DATABASE_POOL_URL_FILE")

    @property
    def replicas(self) -> ReplicaPolicy:
        """SecretValueError when the file cannot be read."""
        told = secret_value(self.replica_urls, self.replica_urls_file, "DENGTA_REPLICA_URLS_FILE")
        return ReplicaPolicy(tuple((told or "").split()), self.replica_lag)
