"""Checkpoints say how far every chain has come, when something was written."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from domain.audit import AuditRecord
from domain.codes import AuditKind
from storage.audit_checkpoints import Checkpoints
from storage.engine import Database
from storage.models import AuditEntry

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
CHECKPOINTS = select(AuditEntry.details).where(AuditEntry.kind == "CHECKPOINT").order_by(AuditEntry.id)


async def look_up(database: Database) -> None:
    await database.audit_log.record(AuditRecord(AuditKind.ARCHIVE_LOOKUP, NOW, "somebody"))


async def heads(database: Database) -> list[list[int]]:
    """The numbers that each checkpoint names."""
    found = await database.rows(CHECKPOINTS)
    return [[number for number, _ in details["heads"].values()] for (details,) in found]


@pytest.fixture
def checkpoints(database: Database) -> Checkpoints:
    return Checkpoints(database, lambda: NOW)


async def test_nothing_is_said_of_an_empty_log(database: Database, checkpoints: Checkpoints) -> None:
    assert not await checkpoints.write()
    assert await heads(database) == []


async def test_a_checkpoint_is_no_reason_for_another(database: Database, checkpoints: Checkpoints) -> None:
    await look_up(database)
    assert [await checkpoints.write() for _ in range(3)] == [True, False, False]
    await look_up(database)
    assert await checkpoints.write()
    assert await heads(database) == [[1], [3]]


async def test_a_chain_of_checkpoints_alone_is_no_reason_for_another(
    database: Database, checkpoints: Checkpoints
) -> None:
    async with database.writing() as session:
        await session.audit(AuditRecord(AuditKind.CHANGE, NOW, "somebody"))
    assert [await checkpoints.write() for _ in range(3)] == [True, False, False]
    assert await heads(database) == [[1]]


async def test_only_chains_that_went_on_are_named(database: Database, checkpoints: Checkpoints) -> None:
    async with database.writing() as session:
        await session.audit(AuditRecord(AuditKind.CHANGE, NOW, "somebody"))
    await checkpoints.write()
    await look_up(database)
    await checkpoints.write()
    assert await heads(database) == [[1], [2]]


async def test_a_process_that_starts_vouches_for_what_one_that_died_had_written(database: Database) -> None:
    await look_up(database)
    assert await Checkpoints(database, lambda: NOW).write()
    await look_up(database)
    assert await Checkpoints(database, lambda: NOW).write()
    assert await heads(database) == [[1], [3]]
