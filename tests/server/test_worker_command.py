"""`dengta worker` as a process of its own, and what is left when it is killed."""

import asyncio
import re
import signal
from pathlib import Path

import pytest

from storage.engine import Database
from storage.messages import OutgoingMessage, queue_message
from storage.statements import Statement
from tests.commands import run, running, said_until
from tests.gateway import SECRET, Gateway, eventually, hangs

STATES = Statement("SELECT state::text, attempts FROM messages ORDER BY id", {})
WORKS = re.compile("Dengta works on its jobs")


@pytest.fixture
def environment(empty_database_url: str, gateway: Gateway, data_directory: Path) -> dict[str, str]:
    secret_file = data_directory / "gateway-secret"
    secret_file.write_text(f"{SECRET}\n")
    return {
        "DATABASE_URL": empty_database_url,
        "DENGTA_DATA_DIRECTORY": str(data_directory),
        "DENGTA_MESSAGES": "gateway",
        "DENGTA_MESSAGE_GATEWAY_URL": gateway.url,
        "DENGTA_MESSAGE_GATEWAY_SECRET_FILE": str(secret_file),
        "DENGTA_MESSAGE_GATEWAY_TIMEOUT": "60",
        "DENGTA_WORKER_LOST_AFTER": "1",
    }


async def queue(database: Database, key: str) -> None:
    async with database.writing() as session:
        await queue_message(session, OutgoingMessage(key, "13800001234", "sign_in_code", "428190"))


async def test_another_worker_takes_up_what_a_killed_one_had_begun(
    database: Database, gateway: Gateway, environment: dict[str, str]
) -> None:
    gateway.behaves.append(hangs(after_delivery=True))
    with running("worker", environment=environment) as killed:
        await queue(database, "code:1")
        await eventually(lambda: len(gateway.asked) == 1, patience=60)
        killed.send_signal(signal.SIGKILL)
        await asyncio.to_thread(killed.wait)
    assert await database.rows(STATES) == [("PENDING", 1)]

    with running("worker", environment=environment):
        await eventually(lambda: states_are(database, [("SENT", 2)]), patience=60)
    assert gateway.keys == ["code:1", "code:1"]
    assert gateway.delivered == {"code:1": "428190"}, "by the key the gateway knew that it had it"
    assert gateway.asked[1].headers["authorization"] == f"Bearer {SECRET}"


async def states_are(database: Database, wanted: list[tuple[str, int]]) -> bool:
    return await database.rows(STATES) == wanted


async def test_a_worker_that_is_told_to_stop_ends_in_peace(environment: dict[str, str]) -> None:
    with running("worker", environment=environment) as process:
        await asyncio.to_thread(said_until, process, WORKS)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"DENGTA_MESSAGE_GATEWAY_URL": ""}, "DENGTA_MESSAGE_GATEWAY_URL"),
        ({"DENGTA_MESSAGE_GATEWAY_SECRET_FILE": "/nowhere/secret"}, "/nowhere/secret"),
        ({"DENGTA_POPULATION_REGISTRY": "http"}, "DENGTA_POPULATION_REGISTRY_URL"),
    ],
)
def test_what_is_missing_is_said_in_one_line(environment: dict[str, str], changed: dict[str, str], said: str) -> None:
    done = run("worker", **environment | changed)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
