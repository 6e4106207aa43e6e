"""Whatever is done to the audit log behind the server's back is found, and where."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import func, select

from domain.audit import AuditRecord
from domain.audit_verifying import BadEntry, Head
from domain.codes import AuditKind, AuditProblem, Role
from storage.audit_checkpoints import Checkpoints
from storage.audit_verifying import verified_log, verified_recent_log
from storage.engine import Database
from storage.models import AuditEntry
from tests.asking import AUDIT_KEY
from tests.audit import tamper as tampered_with

NOW = datetime(2026, 11, 23, 4, 5, 6, 789, tzinfo=UTC)
Tamper = Callable[[str], None]
_CHAINS = select(AuditEntry.writer).where(AuditEntry.number == 1).order_by(AuditEntry.id)


def record(number: int) -> AuditRecord:
    details = {"查询": [number, None, True, {"z": "张*", "a": -1}]}
    return AuditRecord(
        AuditKind.CHANGE, NOW, f"actor-{number}", Role.AUDITOR, 7, "/1/", "Op", "t:1", "c", "::1", details
    )


@pytest.fixture
async def chains(database: Database) -> list[str]:
    """Three: of five changes, of five look-ups, and the second goes on with a checkpoint of both."""
    async with database.writing() as session:
        await session.audit(*(record(number) for number in range(1, 6)))
    for number in range(1, 6):
        await database.audit_log.record(record(number))
    await Checkpoints(database, lambda: NOW).write()
    return [row[0] for row in await database.rows(_CHAINS)]


@pytest.fixture
def tamper(empty_database_url: str) -> Tamper:
    return partial(tampered_with, empty_database_url)


async def found(database: Database) -> list[tuple[str, int, AuditProblem]]:
    return [(bad.writer, bad.number, bad.problem) for bad in (await verified_log(database, AUDIT_KEY)).bad]


async def test_a_log_that_nobody_touched_is_intact(database: Database, chains: list[str]) -> None:
    progress: list[tuple[int, int]] = []
    log = await verified_log(database, AUDIT_KEY, lambda *done: progress.append(done))
    assert (log.entries, log.writers, log.bad, log.is_intact) == (11, 2, [], True)
    assert {writer: head.number for writer, head in log.heads.items()} == dict(zip(chains, (5, 6), strict=True))
    assert progress == [(11, 11)]


async def test_an_empty_log_is_intact(database: Database) -> None:
    log = await verified_log(database, AUDIT_KEY)
    assert (log.entries, log.writers, log.bad) == (0, 0, [])


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'nobody'",
        "at = at + interval '1 microsecond'",
        "at = 'infinity'",
        "role = 'ADMINISTRATOR'",
        "role = NULL",
        "organization_id = 8",
        "org_path = '/2/'",
        "operation = NULL",
        "target = 't:2'",
        "correlation_id = 'd'",
        "address = NULL",
        "kind = 'SIGN_IN'",
        "details = '{}'",
        "details = jsonb_build_object('n', 1e40::numeric)",
        "hash = decode(repeat('00', 32), 'hex')",
    ],
)
async def test_an_altered_entry_is_found(database: Database, chains: list[str], tamper: Tamper, change: str) -> None:
    tamper(f"UPDATE audit_entries SET {change} WHERE writer = '{chains[0]}' AND number = 3")
    [bad] = (await verified_log(database, AUDIT_KEY)).bad
    id_ = await database.number(select(AuditEntry.id).where(AuditEntry.writer == chains[0], AuditEntry.number == 3))
    assert (bad.writer, bad.number, bad.id, bad.problem) == (chains[0], 3, id_, AuditProblem.ALTERED)


@pytest.mark.parametrize("number", [1, 3])
async def test_an_entry_deleted_before_others_is_missed(
    database: Database, chains: list[str], tamper: Tamper, number: int
) -> None:
    tamper(f"DELETE FROM audit_entries WHERE writer = '{chains[0]}' AND number = {number}")
    log = await verified_log(database, AUDIT_KEY)
    assert log.bad == [BadEntry(chains[0], number, None, NOW, AuditProblem.MISSING)]


async def test_closing_the_gap_does_not_help(database: Database, chains: list[str], tamper: Tamper) -> None:
    tamper(
        f"DELETE FROM audit_entries WHERE writer = '{chains[0]}' AND number = 5;"
        f"UPDATE audit_entries SET number = 5 WHERE writer = '{chains[0]}' AND number = 4"
    )
    assert await found(database) == [(chains[0], 4, AuditProblem.MISSING)]


async def test_a_tail_cut_off_is_missed_by_the_checkpoint(
    database: Database, chains: list[str], tamper: Tamper
) -> None:
    tamper(f"DELETE FROM audit_entries WHERE writer = '{chains[0]}' AND number >= 4")
    log = await verified_log(database, AUDIT_KEY)
    assert log.bad == [BadEntry(chains[0], 4, None, NOW, AuditProblem.CUT_OFF)]


async def test_a_whole_chain_gone_is_missed_by_the_checkpoint(
    database: Database, chains: list[str], tamper: Tamper
) -> None:
    tamper(f"DELETE FROM audit_entries WHERE writer = '{chains[0]}'")
    log = await verified_log(database, AUDIT_KEY)
    assert log.bad == [BadEntry(chains[0], 1, None, None, AuditProblem.CUT_OFF)]


async def test_what_was_cut_off_with_its_checkpoint_is_missed_by_heads_kept_elsewhere(
    database: Database, chains: list[str], tamper: Tamper
) -> None:
    kept = (await verified_log(database, AUDIT_KEY)).heads
    tamper(f"DELETE FROM audit_entries WHERE writer = '{chains[1]}' AND number >= 5")
    assert (await verified_log(database, AUDIT_KEY)).is_intact
    [bad] = (await verified_log(database, AUDIT_KEY, known=kept)).bad
    assert (bad.writer, bad.number, bad.problem) == (chains[1], 5, AuditProblem.CUT_OFF)


async def test_a_chain_rewritten_with_the_key_is_told_from_the_head_kept_elsewhere(
    database: Database, chains: list[str]
) -> None:
    [bad] = (await verified_log(database, AUDIT_KEY, known={chains[0]: Head(4, bytes(32))})).bad
    assert (bad.writer, bad.number, bad.problem) == (chains[0], 4, AuditProblem.ALTERED)


_FORGED = (
    "INSERT INTO audit_entries (writer, number, at, kind, actor, org_path, correlation_id, details, hash) "
    "SELECT {writer}, {number}, at, kind, 'forger', org_path, correlation_id, details, hash FROM audit_entries "
    "WHERE writer = '{source}' AND number = 5"
)


async def test_a_forged_entry_at_the_end_is_found(database: Database, chains: list[str], tamper: Tamper) -> None:
    tamper(_FORGED.format(writer="writer", number=6, source=chains[0]))
    assert await found(database) == [(chains[0], 6, AuditProblem.ALTERED)]


async def test_a_forged_chain_is_found(database: Database, chains: list[str], tamper: Tamper) -> None:
    tamper(_FORGED.format(writer="'forged'", number=1, source=chains[0]))
    assert await found(database) == [("forged", 1, AuditProblem.ALTERED)]


async def test_a_forged_entry_in_the_middle_is_found(database: Database, chains: list[str], tamper: Tamper) -> None:
    tamper(
        f"UPDATE audit_entries SET number = number + 100 WHERE writer = '{chains[0]}' AND number >= 3;"
        f"UPDATE audit_entries SET number = number - 99 WHERE writer = '{chains[0]}' AND number >= 103;"
        + _FORGED.format(writer="writer", number=3, source=chains[1])
        .replace(f"'{chains[1]}'", f"'{chains[0]}'")
        .replace("AND number = 5", "AND number = 4")
    )
    assert await found(database) == [(chains[0], 3, AuditProblem.ALTERED)]


async def test_two_entries_exchanged_are_found(database: Database, chains: list[str], tamper: Tamper) -> None:
    tamper(
        f"UPDATE audit_entries SET number = 99 WHERE writer = '{chains[0]}' AND number = 2;"
        f"UPDATE audit_entries SET number = 2 WHERE writer = '{chains[0]}' AND number = 4;"
        f"UPDATE audit_entries SET number = 4 WHERE writer = '{chains[0]}' AND number = 99"
    )
    assert await found(database) == [(chains[0], 2, AuditProblem.ALTERED)]


async def test_each_chain_has_its_first_bad_entry(database: Database, chains: list[str], tamper: Tamper) -> None:
    tamper("UPDATE audit_entries SET actor = 'nobody' WHERE number IN (2, 4)")
    expected = [(chain, 2, AuditProblem.ALTERED) for chain in chains]
    assert sorted(await found(database), key=str) == sorted(expected, key=str)


async def test_with_another_key_every_chain_is_bad_from_its_beginning(database: Database, chains: list[str]) -> None:
    log = await verified_log(database, b"another key")
    assert {(bad.writer, bad.number, bad.problem) for bad in log.bad} == {
        (chain, 1, AuditProblem.ALTERED) for chain in chains
    }


async def test_a_forged_checkpoint_is_not_believed(database: Database, chains: list[str], tamper: Tamper) -> None:
    heads = f'{{"heads": {{"{chains[0]}": [1000, "00"], "nobody": [1, "00"]}}}}'
    tamper(f"UPDATE audit_entries SET details = '{heads}' WHERE kind = 'CHECKPOINT'")
    assert await found(database) == [(chains[1], 6, AuditProblem.ALTERED)]


@pytest.fixture
async def recent(database: Database, chains: list[str]) -> int:
    """From the third look-up on: how many entries that are, until the checkpoint."""
    first = select(AuditEntry.id).where(AuditEntry.writer == chains[1], AuditEntry.number == 3)
    return await database.number(select(func.max(AuditEntry.id))) - await database.number(first) + 1


async def test_the_newest_entries_follow_from_those_before(database: Database, recent: int) -> None:
    log = await verified_recent_log(database, recent)
    assert (log.entries, log.writers, log.is_intact, log.is_whole) == (4, 1, True, False)


@pytest.mark.usefixtures("chains")
@pytest.mark.parametrize("newest", [11, 1_000])
async def test_more_than_there_are_is_the_whole_log(database: Database, newest: int) -> None:
    log = await verified_recent_log(database, newest)
    assert (log.entries, log.writers, log.is_intact, log.is_whole) == (11, 2, True, True)


@pytest.mark.parametrize(
    ("change", "number", "problem"),
    [
        ("UPDATE audit_entries SET actor = 'x' WHERE writer = '{}' AND number = 4", 4, AuditProblem.ALTERED),
        ("DELETE FROM audit_entries WHERE writer = '{}' AND number = 4", 4, AuditProblem.MISSING),
        ("DELETE FROM audit_entries WHERE writer = '{}' AND number = 2", 2, AuditProblem.MISSING),
        ("UPDATE audit_entries SET hash = '' WHERE writer = '{}' AND number = 2", 3, AuditProblem.ALTERED),
        ("UPDATE audit_entries SET id = 0 WHERE writer = '{}' AND number = 4", 4, AuditProblem.MISSING),
    ],
)
async def test_what_was_done_to_the_newest_is_found(
    database: Database, chains: list[str], recent: int, tamper: Tamper, change: str, number: int, problem: AuditProblem
) -> None:
    tamper(change.format(chains[1]))
    [bad] = (await verified_recent_log(database, recent)).bad
    assert (bad.writer, bad.number, bad.problem) == (chains[1], number, problem)


async def test_a_chain_that_is_cut_off_before_the_newest_is_missed(
    database: Database, chains: list[str], recent: int, tamper: Tamper
) -> None:
    tamper(f"DELETE FROM audit_entries WHERE writer = '{chains[0]}' AND number > 2")
    log = await verified_recent_log(database, recent)
    assert [(bad.writer, bad.number, bad.problem) for bad in log.bad] == [(chains[0], 3, AuditProblem.CUT_OFF)]
