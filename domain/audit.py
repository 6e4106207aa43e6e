"""审计: what an entry of the audit log says, and the chain that makes a change of it show.

Each writer (one connection to the database) numbers its entries from 1 and gives each the HMAC-SHA-256 (RFC 2104) of
its content together with the hash of the entry before. Whoever lacks the key cannot make an entry that fits.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, NamedTuple

import orjson

from domain.codes import AuditKind, Role


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """Who did what, when, to what. No personal value stands in it unmasked.

    `actor` is the subject of an account or the client id of a partner, `-` when nobody has been recognised;
    `org_path` the scope in which auditors find the entry; `details` JSON without floating-point numbers.
    """

    kind: AuditKind
    at: datetime
    actor: str
    role: Role | None = None
    organization_id: int | None = None
    org_path: str = ""
    operation: str | None = None
    target: str | None = None
    correlation_id: str = "-"
    address: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntryRecord:
    """An entry as auditors read it; `kind` and `role` are codes."""

    id: int
    at: datetime
    kind: str
    actor: str
    role: str | None
    organization_id: int | None
    operation: str | None
    target: str | None
    correlation_id: str
    address: str | None
    details: Mapping[str, Any]
    writer: str
    number: int


class ChainedRecord(NamedTuple):
    """A record in its place in the chain of its writer: what `canonical` makes of it, and its hash."""

    content: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class AuditChain:
    """Where the chain of one writer stands. `chained` gives the next link, and leaves this one as it is."""

    key: bytes
    writer: str = field(default_factory=lambda: token_hex(16))
    number: int = 0
    head: bytes = b""

    def chained(self, record: AuditRecord) -> tuple[ChainedRecord, "AuditChain"]:
        number = self.number + 1
        content = canonical(self.writer, number, record)
        link = chain_hash(self.key, self.head, content)
        return ChainedRecord(content, link), AuditChain(self.key, self.writer, number, link)

    def chained_all(self, records: Iterable[AuditRecord]) -> tuple[list[ChainedRecord], "AuditChain"]:
        """One after another."""
        entries, chain = [], self
        for record in records:
            entry, chain = chain.chained(record)
            entries.append(entry)
        return entries, chain


def chain_hash(key: bytes, before: bytes, content: bytes) -> bytes:
    """32 bytes. `before` is the hash of the writer's entry before, empty for its first; `content` as of `canonical`."""
    return hmac.digest(key, before + content, "sha256")


def canonical(writer: str, number: int, record: AuditRecord) -> bytes:
    """A list in JSON: the same bytes for the same entry, before it is stored and after it was read back."""
    return orjson.dumps(
        [
            writer,
            number,
            record.kind.value,
            record.at.astimezone(UTC).isoformat(timespec="microseconds"),
            record.actor,
            record.role.value if record.role else None,
            record.organization_id,
            record.org_path,
            record.operation,
            record.target,
            record.correlation_id,
            record.address,
            record.details,
        ],
        option=orjson.OPT_SORT_KEYS,
    )
