"""docs/sign-in-for-applications.md: its samples run as they stand there, against a server on a socket."""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storage.engine import connect
from tests.asking import AUDIT_KEY
from tests.samples import sample
from tests.server.oauth.flow import SECRET, World, make_world
from tests.serving import answering

PAGE = (Path(__file__).parents[3] / "docs/sign-in-for-applications.md").read_text(encoding="utf-8")

BROWSER = """
const kept = new Map();
globalThis.sessionStorage = {
  getItem: (key) => kept.get(key), setItem: (key, value) => kept.set(key, value), removeItem: (key) => kept.delete(key),
};
let place;
globalThis.location = { assign: (address) => (place = address) };
const visited = async () => (await fetch(place, { headers: { Cookie: COOKIE }, redirect: "manual" })).headers.get("Location");
const page = await import("./front-end.mjs");
await page.beginSignIn();
const first = await page.completeSignIn(await visited());
const second = await page.refresh(first.refresh_token);
page.signOut(first.id_token);
const back = await visited();
const late = await page.refresh(second.refresh_token).catch((error) => error.message);
console.log(JSON.stringify({ first, second, back, late }));
"""


@pytest.fixture
async def served_world(empty_database_url: str) -> AsyncIterator[World]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        host, port = listening.getsockname()
        database = connect(empty_database_url, connections=2, audit_key=AUDIT_KEY)
        made = await make_world(database, issuer=f"http://{host}:{port}")
        async with answering(made.app, listening):
            yield made
        await made.http.aclose()


@pytest.mark.skipif(shutil.which("node") is None, reason="the sample is JavaScript, which Node runs")
async def test_the_front_end(served_world: World, tmp_path: Path) -> None:
    await served_world.application("register-web", "https://web.example/callback")
    code = sample("docs/sign-in-for-applications.md", "front-end.mjs").replace(
        "https://register.example", served_world.issuer
    )
    (tmp_path / "front-end.mjs").write_text(code)
    cookie = json.dumps(f"dengta_session={served_world.cookie}")
    (tmp_path / "browser.mjs").write_text(BROWSER.replace("COOKIE", cookie))
    node = await asyncio.create_subprocess_exec("node", tmp_path / "browser.mjs", stdout=asyncio.subprocess.PIPE)
    said: dict[str, Any] = json.loads((await node.communicate())[0])
    assert said["first"]["expires_in"] == 600
    assert said["second"]["refresh_token"] != said["first"]["refresh_token"]
    assert said["back"] == "https://web.example/callback"
    assert said["late"].startswith("invalid_grant: ")


async def test_the_partner(served_world: World) -> None:
    await served_world.partner()
    names: dict[str, Any] = {}
    exec(sample("docs/sign-in-for-applications.md", "partner.py"), names)  # noqa: S102 # our own documentation
    partner = names["Partner"](served_world.issuer, "partner-1", SECRET)
    answers = [await asyncio.to_thread(partner.ask, "{ viewer { role } }") for _ in range(2)]
    assert answers == [{"data": {"viewer": {"role": "PARTNER"}}}] * 2
    assert (await served_world.audited()).count("token") == 1, "a token is asked for once, as long as it is good"
