"""验证: whether the audit log is whole, told from its entries alone and the key.

Entries come chain by chain, each in the order of its numbers. Of each chain the first bad entry is found; what stands
after it proves nothing any more. How far a chain had come is known from checkpoints, which are entries of other chains.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import NamedTuple

from domain.audit import AuditRecord, canonical, chain_hash
from domain.codes import AuditKind, AuditProblem


class Head(NamedTuple):
    """How far a chain has come: the number and the hash of its last entry."""

    number: int
    hash: bytes


Heads = Mapping[str, Head]
"""By writer."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """As it was found. No record: what stands there could never have been written."""

    id: int
    writer: str
    number: int
    hash: bytes
    at: datetime | None
    record: AuditRecord | None


@dataclass(frozen=True, slots=True)
class BadEntry:
    """The first of its chain. One that is gone has no id, and the time of the nearest one that is there."""

    writer: str
    number: int
    id: int | None
    at: datetime | None
    problem: AuditProblem


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """What verification has found. Entries before the id `since` were left out of it."""

    entries: int
    writers: int
    bad: list[BadEntry]
    heads: Heads
    since: int = 0

    @property
    def is_intact(self) -> bool:
        return not self.bad

    @property
    def is_whole(self) -> bool:
        """Whether all of the log was verified."""
        return self.since == 0


_NOTHING = Head(0, b"")
"""Before the first entry."""


@dataclass(slots=True)
class _Chain:
    writer: str
    head: Head = _NOTHING
    at: datetime | None = None
    bad: BadEntry | None = None


@dataclass(slots=True)
class LogVerifier:
    """Takes the entries one by one. It remembers something of each chain, nothing of each entry.

    `known` are heads that were kept elsewhere. Entries before the id `since` are believed: of each chain the last of
    them comes, for the next one to follow from.
    """

    key: bytes
    known: Heads = field(default_factory=dict)
    since: int = 0
    entries: int = 0
    _chain: _Chain | None = None
    _heads: dict[str, Head] = field(default_factory=dict)
    _believed: Heads = field(default_factory=dict)
    _bad: dict[str, BadEntry] = field(default_factory=dict)
    _last_at: dict[str, datetime | None] = field(default_factory=dict)
    _claimed: dict[str, Head] = field(default_factory=dict)

    def take(self, entry: StoredEntry) -> None:
        chain = self._chain
        if chain is None or chain.writer != entry.writer:
            self._end_chain()
            chain = self._chain = _Chain(entry.writer, self._before(entry))
        if entry.id < self.since:
            return
        self.entries += 1
        if chain.bad is None:
            chain.bad = self._problem_of(chain, entry)
        if chain.bad is None:
            chain.head, chain.at = Head(entry.number, entry.hash), entry.at
            if entry.record is not None and entry.record.kind is AuditKind.CHECKPOINT:
                self._believe(entry.record)

    def _before(self, first: StoredEntry) -> Head:
        """What the first entry that came of a chain, or the next one, has to follow from."""
        if first.id < self.since:
            return Head(first.number, first.hash)
        return Head(first.number - 2, b"") if self.since and first.number > 1 else _NOTHING

    def _problem_of(self, chain: _Chain, entry: StoredEntry) -> BadEntry | None:
        expected = chain.head.number + 1
        if entry.number > expected:
            return BadEntry(chain.writer, expected, None, entry.at, AuditProblem.MISSING)
        if entry.number != expected or not self._fits(chain.head, entry):
            return BadEntry(chain.writer, entry.number, entry.id, entry.at, AuditProblem.ALTERED)
        return None

    def _fits(self, before: Head, entry: StoredEntry) -> bool:
        if entry.record is None:
            return False
        known = self.known.get(entry.writer)
        if known is not None and known.number == entry.number and not compare_digest(known.hash, entry.hash):
            return False
        try:
            right = chain_hash(self.key, before.hash, canonical(entry.writer, entry.number, entry.record))
        except (TypeError, ValueError):  # such details are not written
            return False
        return compare_digest(right, entry.hash)

    def _believe(self, checkpoint: AuditRecord) -> None:
        """Of an entry that was found good."""
        for writer, head in heads_in(checkpoint.details.get("heads", {})).items():
            if writer not in self._claimed or self._claimed[writer].number < head.number:
                self._claimed[writer] = head

    def _end_chain(self) -> None:
        chain = self._chain
        if chain is None:
            return
        self._heads[chain.writer], self._last_at[chain.writer] = chain.head, chain.at
        if chain.bad is not None:
            self._bad[chain.writer] = chain.bad

    def end(self) -> set[str]:
        """There are no more. The chains of which none came, though there should be some or earlier ones."""
        self._end_chain()
        self._chain = None
        return {*self.known, *self._claimed} - {*self._heads}

    def believe_heads(self, heads: Heads) -> None:
        """Where chains had come before `since`, of which none came."""
        self._believed = dict(heads)

    def verified(self) -> VerifiedLog:
        """After the end."""
        for writer, head in (*self.known.items(), *self._claimed.items()):
            there = self._heads.get(writer) or self._believed.get(writer, _NOTHING)
            if writer not in self._bad and there.number < head.number:
                at = self._last_at.get(writer)
                self._bad[writer] = BadEntry(writer, there.number + 1, None, at, AuditProblem.CUT_OFF)
        return VerifiedLog(self.entries, len(self._heads), list(self._bad.values()), self._heads, self.since)


def written_heads(heads: Heads) -> dict[str, list[object]]:
    """As they stand in JSON: {writer: [number, hash in hexadecimal]}."""
    return {writer: [head.number, head.hash.hex()] for writer, head in heads.items()}


def heads_in(written: object) -> dict[str, Head]:
    """ValueError when it is nothing that `written_heads` makes."""
    if not isinstance(written, Mapping):
        raise ValueError("the heads are not an object")  # noqa: TRY004 # a wrong document, not a wrong call
    return {str(writer): _head(each) for writer, each in written.items()}


def _head(written: object) -> Head:
    match written:
        case [int(number), str(digest)]:
            return Head(number, bytes.fromhex(digest))
    raise ValueError("a head is not a number and a hash")
