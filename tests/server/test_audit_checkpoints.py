"""A server vouches in the audit log for what was written, when it stops and when it starts again."""

import asyncio
import signal
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from auth.secret_files import audit_key, secret_at
from domain.audit_verifying import Heads, VerifiedLog, heads_in
from domain.codes import AuditProblem
from storage.audit_verifying import verified_log
from storage.engine import connect, libpq_url
from tests.audit import tamper
from tests.commands import wait_until
from tests.server.test_workers import Serving, ended, serving

READ = "SELECT writer, number, hash FROM audit_entries WHERE kind = 'ARCHIVE_LOOKUP'"
CHECKPOINTS = "SELECT writer, details -> 'heads' FROM audit_entries WHERE kind = 'CHECKPOINT' ORDER BY id"


class Read(NamedTuple):
    writer: str
    number: int
    hash: bytes

    def is_covered_by(self, heads: Heads) -> bool:
        return self.writer in heads and heads[self.writer].number >= self.number


def checkpoints(url: str) -> list[tuple[str, Heads]]:
    """The writer of each, and what it says, oldest first."""
    with psycopg.connect(libpq_url(url)) as connection:
        return [(writer, heads_in(heads)) for writer, heads in connection.execute(CHECKPOINTS)]


def the_read(url: str) -> Read:
    with psycopg.connect(libpq_url(url)) as connection:
        [row] = connection.execute(READ).fetchall()
    return Read(*row)


def cut_off(url: str, read: Read) -> None:
    tamper(url, f"DELETE FROM audit_entries WHERE writer = '{read.writer}' AND number >= {read.number}")


def verified(url: str, folder: Path) -> VerifiedLog:
    async def work() -> VerifiedLog:
        async with connect(url, connections=1) as database:
            return await verified_log(database, audit_key(secret_at(folder / "secret", "DENGTA_SECRET_FILE")))

    return asyncio.run(work())


def stop(server: Serving) -> None:
    server.process.send_signal(signal.SIGTERM)
    ended(server.process)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_read_is_vouched_for_at_the_stop_and_at_the_next_start(
    own_province_url: str, data_directory: Path, workers: int
) -> None:
    options = ("--workers", str(workers))
    with serving(own_province_url, data_directory, *options) as server:
        wait_until(lambda: len(checkpoints(own_province_url)) == workers)
        server.ask()
        read, at_the_start = the_read(own_province_url), checkpoints(own_province_url)
        assert not any(read.is_covered_by(heads) for _, heads in at_the_start)
        stop(server)
    at_the_stop = checkpoints(own_province_url)[workers:]
    assert {writer for writer, _ in at_the_stop} == {writer for writer, _ in at_the_start}
    assert all(read.is_covered_by(heads) for _, heads in at_the_stop)
    assert [heads[read.writer] for writer, heads in at_the_stop if writer == read.writer] == [(read.number, read.hash)]

    known = len(checkpoints(own_province_url))
    with serving(own_province_url, data_directory, *options) as server:
        wait_until(lambda: len(checkpoints(own_province_url)) == known + workers)
        stop(server)
    started_again = checkpoints(own_province_url)[known:]
    assert len(started_again) == workers  # there was nothing to say at the second stop
    assert not {writer for writer, _ in started_again} & {writer for writer, _ in at_the_stop}
    assert all(read.is_covered_by(heads) for _, heads in started_again)
    assert verified(own_province_url, data_directory).is_intact

    cut_off(own_province_url, read)
    [bad] = verified(own_province_url, data_directory).bad
    assert (bad.writer, bad.number, bad.problem) == (read.writer, read.number, AuditProblem.CUT_OFF)
