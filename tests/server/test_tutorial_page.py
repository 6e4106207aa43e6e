"""docs/tutorial.md: its change and its subscription go as they are told there; tests/api/test_samples.py asks its queries."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from domain.records import OrganizationRecord
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api, Caller
from tests.samples import sample
from tests.serving import served

PAGE = "docs/tutorial.md"


@asynccontextmanager
async def own(api: Api, url: str) -> AsyncIterator[Api]:
    """The application over a province that may be changed."""
    async with connect(url, connections=4, audit_key=AUDIT_KEY) as database:
        changeable = Api(database, api.matrix, api.clock, api.key)
        yield changeable
        await changeable.http.aclose()


async def first_member(caller: Caller) -> str:
    members = await caller.ask("{ members(first: 1, where: {phone: {missing: false}}) { nodes { id } } }")
    return str(members["members"]["nodes"][0]["id"])


async def save(caller: Caller, variables: str, identifier: str) -> dict[str, Any]:
    given = json.loads(sample(PAGE, variables))
    given["input"]["id"] = identifier
    return {"data": await caller.ask(sample(PAGE, "save.graphql"), given)}


async def test_a_change_is_refused_and_then_saved(api: Api, own_province_url: str, county: OrganizationRecord) -> None:
    async with own(api, own_province_url) as changeable:
        caller = changeable.as_(county)
        identifier = await first_member(caller)
        refused = await save(caller, "wrong.json", identifier)
        shown = json.loads(sample(PAGE, "wrong-answer.json"))
        assert refused["data"]["updateMember"]["errors"] == shown["data"]["updateMember"]["errors"]
        assert await save(caller, "right.json", identifier) == json.loads(sample(PAGE, "right-answer.json"))
        again = await save(caller, "right.json", identifier)
        assert [error["code"] for error in again["data"]["updateMember"]["errors"]] == ["CONFLICT"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="the sample is of curl")
async def test_a_change_is_followed(api: Api, own_province_url: str, county: OrganizationRecord) -> None:
    async with own(api, own_province_url) as changeable, served(api, own_province_url) as place:
        caller = changeable.as_(county)
        command = "exec " + sample(PAGE, "follow.sh").replace("http://127.0.0.1:8000", f"http://{place}")
        curl = await asyncio.create_subprocess_exec(
            *("sh", "-c", command),
            env={"TOKEN": caller.token, "PATH": "/usr/bin:/bin"},
            stdout=asyncio.subprocess.PIPE,
        )
        assert curl.stdout is not None
        assert await asyncio.wait_for(curl.stdout.readline(), timeout=20) == b":\n", "it listens"
        told = asyncio.create_task(curl.stdout.readuntil(b"}\n"))
        await change_until(told, caller)
        said = told.result()
        curl.kill()
        await curl.wait()
    assert alike(said.decode()) == alike(sample(PAGE, "event.txt"))


async def change_until(told: asyncio.Task[bytes], caller: Caller) -> None:
    """A change that comes before the subscription has begun is not told: then another is made."""
    identifier = await first_member(caller)
    for version in range(1, 21):
        given = {"id": identifier, "version": version, "phone": f"139000000{version:02}"}
        await caller.ask(sample(PAGE, "save.graphql"), {"input": given})
        await asyncio.wait({told}, timeout=1)
        if told.done():
            return
    raise AssertionError("nothing was told")


def alike(event: str) -> str:
    """Without the name and the phone, which are of another province."""
    return re.sub(r'"(name|phone)":"[^"]*"', r'"\1":…', event.strip())
