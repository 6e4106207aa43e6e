from collections.abc import Iterator
from contextlib import contextmanager

from server.settings import Settings
from storage import embedded
from storage.engine import psycopg_url
from storage.migration import migrate


@contextmanager
def migrated_database(settings: Settings) -> Iterator[str]:
    """The URL of the database of these settings, in the shape of the models; embedded PostgreSQL runs meanwhile."""
    if address := settings.database_address:
        url = psycopg_url(address)
        migrate(url)
        yield url
        return
    server = embedded.start(settings.postgres_directory)
    try:
        migrate(server.url)
        yield server.url
    finally:
        server.stop()
