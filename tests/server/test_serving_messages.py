"""`dengta serve` and `dengta demo` as they are started: who delivers messages there, and what is told of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from storage.engine import Database, connect
from storage.messages import OutgoingMessage, queue_message
from tests.asking import AUDIT_KEY
from tests.commands import free_port, running, said_until
from tests.gateway import Gateway, eventually

LISTENS = re.compile("Dengta listens on")


@pytest.fixture
async def database(own_province_url: str) -> AsyncIterator[Database]:
    database = connect(own_province_url, connections=2, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture
def environment(own_province_url: str, data_directory: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": own_province_url,
        "DENGTA_DATA_DIRECTORY": str(data_directory),
        "DENGTA_PORT": str(free_port()),
    }


async def queue(database: Database) -> None:
    async with database.writing() as session:
        await queue_message(session, OutgoingMessage("code:1", "13800001234", "sign_in_code", "428190"))


async def got(environment: dict[str, str], path: str) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.get(f"http://127.0.0.1:{environment['DENGTA_PORT']}{path}")


async def test_the_server_delivers_by_itself_and_counts(
    environment: dict[str, str], database: Database, gateway: Gateway
) -> None:
    environment |= {"DENGTA_MESSAGES": "gateway", "DENGTA_MESSAGE_GATEWAY_URL": gateway.url}
    with running("serve", "--workers", "2", environment=environment) as process:
        await asyncio.to_thread(said_until, process, LISTENS)
        await queue(database)
        await eventually(lambda: len(gateway.delivered) == 1)

        async def counted() -> bool:
            return 'dengta_messages{state="SENT"} 1.0' in (await got(environment, "/metrics")).text

        await eventually(counted)
        metrics = (await got(environment, "/metrics")).text
        assert metrics.count("# TYPE dengta_messages gauge") == 1, "not once more for each process"
        assert 'dengta_message_deliveries_total{outcome="sent"} 1.0' in metrics
        assert "13800001234" not in metrics
        assert (await got(environment, "/inbox")).status_code == 404


async def test_without_a_gateway_messages_wait_and_the_log_says_so(environment: dict[str, str]) -> None:
    with running("serve", environment=environment) as process:
        said = await asyncio.to_thread(said_until, process, LISTENS)
        assert (await got(environment, "/inbox")).status_code == 404
    assert "messages_wait" in said
    assert "DENGTA_MESSAGES" in said


async def test_the_demonstration_has_the_inbox(environment: dict[str, str], database: Database) -> None:
    with running("demo", environment=environment) as process:
        said = await asyncio.to_thread(said_until, process, re.compile(r"http://\S+/inbox"))
        assert f"http://127.0.0.1:{environment['DENGTA_PORT']}/inbox" in said
        await queue(database)

        async def shown() -> bool:
            return "428190" in (await got(environment, "/inbox")).text

        await eventually(shown)
