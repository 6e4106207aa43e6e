"""docs/subscriptions.md: its samples run as they stand there, against a server on a socket; its table is complete."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from domain.records import OrganizationRecord
from server.settings import Settings
from tests.asking import Api
from tests.samples import sample
from tests.serving import served

PAGE = (Path(__file__).parents[2] / "docs/subscriptions.md").read_text(encoding="utf-8")
QUERY = "subscription { permissionsChanged { version } }"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the sample is of curl")
async def test_an_event_stream_by_curl(api: Api, province_url: str, county: OrganizationRecord) -> None:
    shown = re.search(r"```\n(:\n\nevent: next.*?)\n\nevent: complete", PAGE, re.DOTALL)
    assert shown is not None
    async with served(api, province_url) as place:
        curl = await asyncio.create_subprocess_exec(
            *(
                "sh",
                "-c",
                "exec "
                + sample("docs/subscriptions.md", "follow.sh").replace("https://register.example", f"http://{place}"),
            ),
            env={"TOKEN": api.as_(county).token, "PATH": "/usr/bin:/bin"},
            stdout=asyncio.subprocess.PIPE,
        )
        assert curl.stdout is not None
        said = await asyncio.wait_for(curl.stdout.readexactly(len(shown.group(1))), timeout=20)
        assert said.decode() == shown.group(1)
        curl.kill()
        await curl.wait()


async def test_a_websocket_by_python(api: Api, province_url: str, county: OrganizationRecord) -> None:
    names: dict[str, Any] = {"__name__": "sample"}
    exec(sample("docs/subscriptions.md", "follow.py"), names)  # noqa: S102 # our own documentation
    async with served(api, province_url) as place:
        answers = names["follow"](f"ws://{place}/graphql", api.as_(county).token, QUERY)
        assert await asyncio.to_thread(next, answers) == {"permissionsChanged": {"version": 0}}
        await asyncio.to_thread(answers.close)


def test_the_settings_and_their_defaults_are_told() -> None:
    for name in ("heartbeat", "idle_socket", "subscriptions_per_person", "subscriptions_per_partner"):
        default = Settings.model_fields[name].default
        assert re.search(rf"`DENGTA_{name.upper()}`[^`]*\({default:g}[:)]", PAGE), name
