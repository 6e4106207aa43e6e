"""graphql-http's audits of a server find this one in order (`make test-http-audit`)."""

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from domain.records import OrganizationRecord
from tests.asking import Api
from tests.serving import served

TOOLS = Path(__file__).parents[1] / "http_audit"
AUDITS = 61
"""How many there are; with another release of the package, mend this."""


@pytest.mark.skipif(
    shutil.which("node") is None or not (TOOLS / "node_modules").exists(),
    reason="Node or the packages of tests/http_audit are not there: make test-http-audit",
)
async def test_all_audits_are_green(api: Api, province_url: str, county: OrganizationRecord) -> None:
    async with served(api, province_url) as place:
        audit = await asyncio.create_subprocess_exec(
            "node",
            str(TOOLS / "audit.js"),
            f"http://{place}/graphql",
            env={**os.environ, "TOKEN": api.as_(county).token},
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await audit.communicate()
    results = json.loads(said)
    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS
