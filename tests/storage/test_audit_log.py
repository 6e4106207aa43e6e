"""Many entries share a transaction; each is there once, and durable before whoever waits for it hears of it."""

import asyncio
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest

from domain.audit import AuditRecord
from domain.codes import AuditKind
from storage.audit_log import MOST_AT_ONCE, MOST_WAITING
from storage.audit_verifying import verified_log
from storage.engine import Database
from storage.errors import DatabaseUnavailableError
from tests.asking import AUDIT_KEY
from tests.audit import entries_of_kind
from tests.losing import lose_connections

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


def lookup(number: int) -> AuditRecord:
    return AuditRecord(AuditKind.ARCHIVE_LOOKUP, NOW, "somebody", correlation_id=str(number))


async def record_all(database: Database, numbers: range) -> Counter[str]:
    """At once; the correlation ids of those that were told that their entry is durable, each once."""

    async def record(number: int) -> str | None:
        try:
            await database.audit_log.record(lookup(number))
        except DatabaseUnavailableError:
            return None
        return str(number)

    told = await asyncio.gather(*map(record, numbers))
    return Counter(each for each in told if each is not None)


async def recorded(database: Database) -> Counter[str]:
    """How often each correlation id stands in the log."""
    entries = await entries_of_kind(database, AuditKind.ARCHIVE_LOOKUP)
    return Counter(entry.correlation_id for entry in entries)


async def require_intact(database: Database) -> None:
    assert (await verified_log(database, AUDIT_KEY)).is_intact


@pytest.mark.parametrize(
    ("entries", "groups"), [(1, 1), (MOST_AT_ONCE, 1), (MOST_AT_ONCE + 1, 2), (3 * MOST_AT_ONCE, 3)]
)
async def test_what_comes_together_is_written_together(database: Database, entries: int, groups: int) -> None:
    told = await record_all(database, range(entries))
    assert database.audit_log.groups == groups
    assert len(told) == entries
    assert await recorded(database) == told
    await require_intact(database)


@pytest.mark.parametrize(("under_way", "groups"), [(1, 2), (10, 1)])
async def test_a_group_waits_a_moment_if_many_may_join_it(database: Database, under_way: int, groups: int) -> None:
    log = database.audit_log
    with ExitStack() as operations:
        for _ in range(under_way):
            operations.enter_context(log.expecting())
        first = asyncio.create_task(log.record(lookup(1)))
        for _ in range(2):  # its group is begun
            await asyncio.sleep(0)
        await asyncio.gather(first, log.record(lookup(2)))
    assert log.groups == groups


async def test_a_group_whose_connection_is_lost_is_written_by_another(
    database: Database, empty_database_url: str
) -> None:
    lose_connections(empty_database_url, first=2, last=2)
    told = await record_all(database, range(2 * MOST_AT_ONCE))
    assert database.audit_log.groups == 2
    assert len(told) == 2 * MOST_AT_ONCE
    assert await recorded(database) == told
    await require_intact(database)


async def test_whoever_waits_for_a_group_that_is_lost_is_told_so(database: Database, empty_database_url: str) -> None:
    lose_connections(empty_database_url, first=2, last=3)  # the second of three groups, twice
    told = await record_all(database, range(3 * MOST_AT_ONCE))
    assert sorted(map(int, told)) == [*range(MOST_AT_ONCE), *range(2 * MOST_AT_ONCE, 3 * MOST_AT_ONCE)]
    assert await recorded(database) == told
    await require_intact(database)


async def test_one_that_cannot_be_stored_costs_the_others_nothing(database: Database) -> None:
    impossible = AuditRecord(AuditKind.ARCHIVE_LOOKUP, NOW, "a\x00b")
    *told, refused = await asyncio.gather(
        *(database.audit_log.record(lookup(number)) for number in range(3)),
        database.audit_log.record(impossible),
        return_exceptions=True,
    )
    assert told == [None] * 3
    assert isinstance(refused, DatabaseUnavailableError)
    assert await recorded(database) == Counter(["0", "1", "2"])
    await require_intact(database)


async def test_more_than_can_wait_are_refused_at_once(database: Database) -> None:
    told = await record_all(database, range(MOST_WAITING + 10))
    assert len(told) == MOST_WAITING
    assert await recorded(database) == told
