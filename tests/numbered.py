"""Changes that get their positions now, and not when some server comes by."""

from psycopg import AsyncConnection

from storage.changes.numbering import number_some, numbering
from storage.engine import libpq_url


async def numbered(url: str, most: int = 1_000) -> int:
    """How many there were."""
    async with await AsyncConnection.connect(libpq_url(url), autocommit=True) as connection:
        return await number_some(connection, numbering(most))
