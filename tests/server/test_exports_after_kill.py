"""An export whose worker was killed is written by another, whole; and nothing of the first one's work is left."""

import asyncio
import os
import signal
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from pydantic import SecretStr

from auth.actor import Role
from auth.secret_files import code_key, secret_at
from domain.exports import ExportBounds
from domain.records import OrganizationRecord
from server.file_store import file_store_of
from server.settings import Settings
from server.work_place import clear_left_places
from storage.engine import connect, libpq_url
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api, Caller
from tests.commands import running
from tests.conftest import MEMBERS
from tests.exported import READ, downloaded, started
from tests.gateway import eventually

PROGRESS = Statement("SELECT state::text, begun, rows_done FROM exports", {})
HOLD = 43
HOLD_BACK = f"""
CREATE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'READY' THEN PERFORM pg_advisory_xact_lock({HOLD}); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_back BEFORE UPDATE ON exports FOR EACH ROW EXECUTE FUNCTION hold_back();
"""
WAITING = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = {HOLD}"


async def test_an_export_is_written_by_another_worker_when_one_was_killed(
    own_province_url: str, data_directory: Path, province_committee: OrganizationRecord
) -> None:
    environment = {
        "DATABASE_URL": own_province_url,
        "DENGTA_DATA_DIRECTORY": str(data_directory),
        "DENGTA_WORKER_LOST_AFTER": "1",
    }
    settings = Settings(database_url=SecretStr(own_province_url), data_directory=data_directory)
    key = code_key(secret_at(settings.secret, "-"))
    async with (
        connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database,
        await psycopg.AsyncConnection.connect(libpq_url(own_province_url), autocommit=True) as holding,
    ):
        await holding.execute(HOLD_BACK.encode())
        await holding.execute(b"SELECT pg_advisory_lock(%d)" % HOLD)
        api = Api(database, code_key=key, files=file_store_of(settings), exports=ExportBounds(direct_rows=0))
        token = api.authority.issue("person", Role.ADMINISTRATOR, province_committee, timedelta(hours=1))
        caller = Caller(api, token)
        export = await started(caller, format="XLSX", columns=["NAME", "BRANCH"])
        with running("worker", environment=environment) as killed:
            await eventually(lambda: is_held_back(holding), patience=60)
            killed.send_signal(signal.SIGKILL)
            await asyncio.to_thread(killed.wait)
        [(state, begun, _)] = await database.rows(PROGRESS)
        assert (state, begun) == ("RUNNING", 1)
        await holding.execute(b"SELECT pg_advisory_unlock(%d)" % HOLD)
        with running("worker", environment=environment):
            await eventually(lambda: is_ready(caller, export["id"]), patience=60)
        assert await database.rows(PROGRESS) == [("READY", 2, MEMBERS)]
        found = (await caller.ask(READ, {"id": export["id"]}))["export"]
        assert len((await downloaded(caller, found)).rows) == MEMBERS


async def is_held_back(watching: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
    row = await (await watching.execute(WAITING.encode())).fetchone()
    return row == (1,)


async def is_ready(caller: Caller, number: str) -> bool:
    return bool((await caller.ask(READ, {"id": number}))["export"]["state"] == "READY")


HOLDS_A_PLACE = """
import sys, time
from server.work_place import work_place
with work_place() as folder:
    (folder / "export").write_text("personal")
    print(folder, flush=True)
    time.sleep(600)
"""


async def test_what_a_killed_process_was_writing_is_cleared_away_and_nothing_that_is_in_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLDS_A_PLACE,
        stdout=asyncio.subprocess.PIPE,
        env={"TMPDIR": str(tmp_path), "PYTHONPATH": "."},
    )
    assert process.stdout is not None
    folder = Path((await process.stdout.readline()).decode().strip())
    clear_left_places()
    assert (folder / "export").read_text() == "personal"
    process.kill()
    await process.wait()
    clear_left_places()
    assert [each.name for each in os.scandir(tmp_path)] == []
