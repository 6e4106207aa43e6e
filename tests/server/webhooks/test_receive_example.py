"""examples/receive-python: keeps each change once, though it is killed before it answers."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from auth.webhook_secrets import new_webhook_secret
from domain.records import MemberRecord
from tests.commands import free_port, said_until
from tests.webhooks import Office, delivering, set_address

PROGRAM = Path(__file__).parents[3] / "examples/receive-python/receive.py"


@contextmanager
def running(secret: str, port: int, file: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {"WEBHOOK_SECRET": secret, "PORT": str(port), "CHANGES_FILE": str(file)}
    command = [sys.executable, str(PROGRAM)]
    with subprocess.Popen(
        command, env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            said_until(process, re.compile("listens on"))
            yield process
        finally:
            process.kill()


def kept(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as database:
        return [cursor for (cursor,) in database.execute("SELECT cursor FROM changes ORDER BY rowid")]


async def test_each_change_is_kept_once_also_by_a_receiver_that_was_killed(
    office: Office, inside: MemberRecord, tmp_path: Path
) -> None:
    port, file = free_port(), tmp_path / "changes.sqlite"
    secret = await office.sets(f"http://127.0.0.1:{port}/")
    async with delivering(office):
        with running(secret, port, file):
            set_address(office, inside, "第一", "第二")
            await office.until(lag=lambda lag: lag == 0)
        set_address(office, inside, "第三")
        await office.until(failures=lambda failures: failures > 0)
        with running(secret, port, file):
            await office.until(lag=lambda lag: lag == 0)
    assert len(kept(file)) == len(set(kept(file))) == 3


async def test_what_is_not_signed_is_not_kept(tmp_path: Path) -> None:
    port, file = free_port(), tmp_path / "changes.sqlite"
    with running(new_webhook_secret(), port, file):
        async with httpx.AsyncClient() as http:
            answer = await http.post(f"http://127.0.0.1:{port}/", json={"data": {"changes": []}})
    assert (answer.status_code, kept(file)) == (401, [])
