"""Adding entries to the audit log."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.types.json import Jsonb

from domain.audit import ChainedRecord

_OF_RECORD = (
    "at",
    "kind",
    "actor",
    "role",
    "organization_id",
    "org_path",
    "operation",
    "target",
    "correlation_id",
    "address",
)
_COLUMNS = ("writer", "number", *_OF_RECORD, "details", "hash")
_COPY = sql.SQL("COPY audit_entries ({}) FROM STDIN").format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)))
_values_of = attrgetter(*_OF_RECORD)


async def insert_entries(connection: AsyncConnection[Any], entries: Sequence[ChainedRecord]) -> None:
    """Within the transaction that is open on the connection; in one round trip, however many they are."""
    async with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for entry in entries:
            details = Jsonb(dict(entry.record.details))
            await copy.write_row((entry.writer, entry.number, *_values_of(entry.record), details, entry.hash))
