"""A real server whose reads and writes go through a real PgBouncer in transaction mode."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from storage.pooling import connect_query
from tests.commands import free_port, run, running, said_until
from tests.event_streams import event_stream
from tests.gateway import eventually
from tests.pgbouncer import PROGRAM, connections_of, pooled
from tests.samples import ROOT, samples_of
from tests.tokens import issued

needs_pgbouncer = pytest.mark.skipif(
    PROGRAM is None, reason="pgbouncer is not installed (Debian: apt-get install pgbouncer)"
)

SERVES = re.compile("http://")
FEW = 3
TREE = """{ members(first: 5, orderBy: [{field: NAME}]) { totalCount nodes { id version name branch { name } } }
            memberStatistics(dimension: GENDER) { total } }"""
SAVE = """mutation ($input: UpdateMemberInput!) {
  updateMember(input: $input) { member { version } errors { code } } }"""
START = "mutation ($input: StartCheckInput!) { startCheck(input: $input) { check { id } errors { code } } }"
STATE = "query ($id: ID!) { check(id: $id) { state membersDone } }"
FOLLOW = "subscription { changes { type objectId } }"


@pytest.fixture
def folder(run_folder: Path, worker_id: str) -> Path:
    return run_folder / f"pgbouncer-{worker_id}"


async def ask(client: httpx.AsyncClient, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = (await client.post("/graphql", json={"query": query, "variables": variables or {}})).json()
    assert "errors" not in answer, answer["errors"]
    data: dict[str, Any] = answer["data"]
    return data


@needs_pgbouncer
async def test_everything_works_through_it(own_province_url: str, folder: Path, tmp_path: Path) -> None:
    port = free_port()
    with pooled(own_province_url, folder, FEW) as pool_url:
        environment = {
            "DATABASE_URL": own_province_url,
            "DENGTA_DATABASE_POOL_URL": pool_url,
            "DENGTA_DATA_DIRECTORY": str(tmp_path),
            "DENGTA_PORT": str(port),
            "DENGTA_OPERATIONS_AT_ONCE": "40",
            "DENGTA_OPERATIONS_PER_CALLER": "40",
        }
        with running("serve", environment=environment) as server:
            await asyncio.to_thread(said_until, server, SERVES)
            token = await asyncio.to_thread(issued, environment)
            async with httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {token}"}, timeout=60
            ) as client:
                found = await asyncio.gather(*(ask(client, TREE) for _ in range(40)))
                assert all(each == found[0] for each in found)
                assert found[0]["members"]["totalCount"] == found[0]["memberStatistics"]["total"] == 2000
                assert 0 < connections_of(own_province_url) <= FEW

                async with event_stream(f"127.0.0.1:{port}", token, FOLLOW) as following:
                    member = found[0]["members"]["nodes"][0]
                    values = {"id": member["id"], "version": member["version"], "phone": "13912345678"}
                    saved = (await ask(client, SAVE, {"input": values}))["updateMember"]
                    assert saved == {"member": {"version": member["version"] + 1}, "errors": []}
                    change = (await following.next_data())["changes"]
                    assert change["objectId"] == member["id"]

                top = (await ask(client, "{ viewer { organization { id } } }"))["viewer"]["organization"]["id"]
                started = (await ask(client, START, {"input": {"organizationId": top}}))["startCheck"]
                assert started["errors"] == []
                check = {"id": started["check"]["id"]}

                async def is_done() -> bool:
                    return bool((await ask(client, STATE, check))["check"] == {"state": "DONE", "membersDone": 2000})

                await eventually(is_done, patience=60)


def test_the_page_shows_what_the_server_asks_for() -> None:
    page = (ROOT / "docs/scaling.md").read_text()
    [shown] = [sample for sample in samples_of("docs/scaling.md", page) if sample.language == "ini"]
    assert f"connect_query='{connect_query(10.0)}'" in shown.text
    assert "pool_mode = transaction" in shown.text


@needs_pgbouncer
async def test_a_server_does_not_start_over_connections_that_are_not_set_up_for_it(
    own_province_url: str, folder: Path, tmp_path: Path
) -> None:
    with pooled(own_province_url, folder, FEW, setup="") as pool_url:
        environment = {
            "DATABASE_URL": own_province_url,
            "DENGTA_DATABASE_POOL_URL": pool_url,
            "DENGTA_DATA_DIRECTORY": str(tmp_path),
            "DENGTA_PORT": str(free_port()),
        }
        started = await asyncio.to_thread(run, "serve", **environment)
    assert started.returncode == 1
    assert "connect_query='SET ROLE dengta_server; SET plan_cache_mode = ''force_custom_plan''" in started.stderr
