from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from server.secret_values import secret_value


class DatabaseSettings(BaseSettings):
    """The part of `Settings` that says which database is used."""

    database_url: Annotated[
        SecretStr | None,
        Field(
            validation_alias="DATABASE_URL",
            description="A PostgreSQL (15 or newer) to use, as `postgresql://user:password@host/database`; "
            "several hosts for fail-over. Without it Dengta starts its own under the data directory.",
        ),
    ] = None
    database_url_file: Annotated[
        Path | None,
        Field(
            validation_alias="DATABASE_URL_FILE",
            description="A file that holds this address, password included; it goes before the address itself.",
        ),
    ] = None

    database_connections: Annotated[
        int,
        Field(
            ge=1,
            le=1000,
            description="How many database connections one process may hold. With several workers the server must "
            "allow as many times more; the embedded PostgreSQL allows 200 in all.",
        ),
    ] = 20
    statement_timeout: Annotated[
        float, Field(gt=0, description="Seconds after which PostgreSQL cancels a reading statement.")
    ] = 10.0

    @property
    def database_address(self) -> str | None:
        """SecretValueError when the file cannot be read."""
        return secret_value(self.database_url, self.database_url_file, "DATABASE_URL_FILE")
