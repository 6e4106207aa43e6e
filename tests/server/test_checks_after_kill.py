"""A check goes on where a killed worker has left it, and finds what it would have found without."""

import asyncio
import json
import signal
from pathlib import Path

import psycopg
from sqlalchemy import select

from domain.clock import system_clock
from domain.validation import CATALOGUE
from server.checking import MEMBERS_AT_A_TIME, Checking
from storage.engine import Database, connect, libpq_url
from storage.models import ValidationResult
from storage.statements import Statement
from tests.asking import AUDIT_KEY
from tests.commands import running
from tests.conftest import MEMBERS
from tests.gateway import eventually

PROGRESS = Statement("SELECT state::text, members_done FROM checks", {})
HOLD = 42
HOLD_BACK = f"""
CREATE FUNCTION hold_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.members_done > {MEMBERS_AT_A_TIME} THEN PERFORM pg_advisory_xact_lock({HOLD}); END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_back BEFORE UPDATE ON checks FOR EACH ROW EXECUTE FUNCTION hold_back();
"""
WAITING = f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND objid = {HOLD}"
RULES_OF_A_DAY = {"AGE_IMPLAUSIBLE", "PROBATION_OVERDUE", "DATE_IN_FUTURE"}
"""What they find depends on the day, and a worker's day is today."""


async def test_a_check_goes_on_where_a_killed_worker_has_left_it(
    own_province_url: str, run_folder: Path, data_directory: Path
) -> None:
    environment = {
        "DATABASE_URL": own_province_url,
        "DENGTA_DATA_DIRECTORY": str(data_directory),
        "DENGTA_WORKER_LOST_AFTER": "1",
    }
    async with (
        connect(own_province_url, connections=4, audit_key=AUDIT_KEY) as database,
        await psycopg.AsyncConnection.connect(libpq_url(own_province_url), autocommit=True) as holding,
    ):
        await holding.execute(HOLD_BACK.encode())
        await holding.execute(b"SELECT pg_advisory_lock(%d)" % HOLD)
        await Checking(database, system_clock).start_of_all()
        with running("worker", environment=environment) as killed:
            await eventually(lambda: is_held_back(holding), patience=60)
            killed.send_signal(signal.SIGKILL)
            await asyncio.to_thread(killed.wait)
        assert await database.rows(PROGRESS) == [("RUNNING", MEMBERS_AT_A_TIME)]
        await holding.execute(b"SELECT pg_advisory_unlock(%d)" % HOLD)
        with running("worker", environment=environment):
            await eventually(lambda: is_done(database), patience=60)
        assert await database.rows(PROGRESS) == [("DONE", MEMBERS)]
        injected = json.loads((run_folder / "manifest.json").read_text())["breaches"]
        for rule in (rule.code for rule in CATALOGUE if rule.code not in RULES_OF_A_DAY):
            assert await breakers_of(database, rule) == set(injected[rule]), rule


async def is_held_back(watching: psycopg.AsyncConnection[tuple[object, ...]]) -> bool:
    row = await (await watching.execute(WAITING.encode())).fetchone()
    return row == (1,)


async def is_done(database: Database) -> bool:
    return bool((await database.rows(PROGRESS))[0][0] == "DONE")


async def breakers_of(database: Database, rule: str) -> set[int]:
    rows = await database.rows(select(ValidationResult.member_id).where(ValidationResult.rule == rule))
    return {row[0] for row in rows}
