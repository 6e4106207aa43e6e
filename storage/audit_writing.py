"""Adding entries to the audit log."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection

from domain.audit import ChainedRecord

_CONTENT = (
    ("writer", "e ->> {}"),
    ("number", "(e -> {})::bigint"),
    ("kind", "(e ->> {})::audit_kind"),
    ("at", "(e ->> {})::timestamptz"),
    ("actor", "e ->> {}"),
    ("role", "(e ->> {})::role"),
    ("organization_id", "(e ->> {})::bigint"),
    ("org_path", "e ->> {}"),
    ("operation", "e ->> {}"),
    ("target", "e ->> {}"),
    ("correlation_id", "e ->> {}"),
    ("address", "e ->> {}"),
    ("details", "e -> {}"),
)
"""The columns as they stand in the content of an entry, of which its hash was made."""

_COLUMNS = ", ".join(column for column, _ in _CONTENT)
_VALUES = ", ".join(value.format(place) for place, (_, value) in enumerate(_CONTENT))
_INSERT = (
    f"INSERT INTO audit_entries ({_COLUMNS}, hash) "  # noqa: S608 # of constants
    f"SELECT {_VALUES}, decode(e ->> {len(_CONTENT)}, 'hex') FROM jsonb_array_elements(%s::jsonb) AS entries (e)"
)


async def insert_entries(connection: AsyncConnection[Any], entries: Sequence[ChainedRecord]) -> None:
    """Within the transaction that is open on the connection; in one round trip, however many they are.

    One parameter of JSON costs the server half of what COPY does, which takes two round trips and a conversion of each
    value.
    """
    written = b",".join(b'%b,"%b"]' % (entry.content[:-1], entry.hash.hex().encode()) for entry in entries)
    await connection.execute(_INSERT.encode(), (f"[{written.decode()}]",), prepare=True)
