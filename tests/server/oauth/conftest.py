from collections.abc import AsyncIterator

import pytest

from server import recently_read
from storage.engine import connect
from tests.asking import AUDIT_KEY
from tests.server.oauth.flow import World, make_world


@pytest.fixture
async def world(empty_database_url: str) -> AsyncIterator[World]:
    database = connect(empty_database_url, connections=2, audit_key=AUDIT_KEY)
    made = await make_world(database)
    yield made
    await made.http.aclose()
    await database.close()


@pytest.fixture
def stopwatch(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds by which it is told how old what was read is; a test moves them on."""
    seconds = [100.0]
    monkeypatch.setattr(recently_read, "monotonic", lambda: seconds[0])
    return seconds
