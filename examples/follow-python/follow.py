"""Keeps a copy of the members that a partner may see, in an SQLite file, for as long as it runs.

Copy it and make it yours: put your own tables into `Copy`. What must stay as it is: the cursor of an event is stored
in the same transaction as what was made of the event. So it does not matter when this program is killed.
"""

import asyncio
import os
import random
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from gql import Client, GraphQLRequest, gql
from gql.client import AsyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

ADDRESS = os.environ.get("REGISTER_ADDRESS", "http://127.0.0.1:8000")
FILE = os.environ.get("COPY_FILE", "members.sqlite")
SCOPES = "members:read organizations:read changes:read"
SHORTEST_WAIT, LONGEST_WAIT = 0.5, 60.0  # seconds, between one connection and the next

MEMBER = "id name phone branch { id }"
CURSOR = gql("{ changeCursor }")
PAGE = gql(f"""
query ($after: String) {{
  members(first: 500, after: $after) {{ nodes {{ {MEMBER} }} pageInfo {{ endCursor hasNextPage }} }}
}}""")
CHANGES = gql(f"""
subscription ($after: String!) {{
  changes(after: $after, types: [MEMBER_ADDED, MEMBER_CHANGED, MEMBER_LEFT, MEMBER_RESTORED, ORGANIZATION_CHANGED]) {{
    cursor type objectId changedFields member {{ {MEMBER} }}
  }}
}}""")

TABLES = """
CREATE TABLE IF NOT EXISTS members (id TEXT PRIMARY KEY, name TEXT, phone TEXT, branch TEXT);
-- A copy that is being read. It takes the place of the members when it is whole.
CREATE TABLE IF NOT EXISTS arriving (id TEXT PRIMARY KEY, name TEXT, phone TEXT, branch TEXT);
-- One row: after which change to go on; until the copy is whole, also after which page.
CREATE TABLE IF NOT EXISTS progress (cursor TEXT NOT NULL, page TEXT, is_whole INTEGER NOT NULL);
"""


class Copy:
    """The file. Every method that changes it is one transaction (`with self.file`)."""

    def __init__(self, path: str) -> None:
        self.file = sqlite3.connect(path)
        self.file.execute("PRAGMA journal_mode = WAL")  # others may read while this program writes
        self.file.executescript(TABLES)

    def progress(self) -> tuple[str, str | None, bool] | None:
        """The cursor, the last page, and whether the copy is whole. None before the beginning."""
        return self.file.execute("SELECT cursor, page, is_whole FROM progress").fetchone()

    def begin(self, cursor: str) -> None:
        with self.file:
            self.file.execute("DELETE FROM arriving")
            self._go_on_after(cursor, None, is_whole=False)

    def add_page(self, cursor: str, members: list[dict[str, Any]], page: str | None) -> None:
        with self.file:
            for member in members:
                self._put("arriving", member)
            self._go_on_after(cursor, page, is_whole=False)

    def complete(self, cursor: str) -> None:
        with self.file:
            self.file.execute("DELETE FROM members")
            self.file.execute("INSERT INTO members SELECT * FROM arriving")
            self.file.execute("DELETE FROM arriving")
            self._go_on_after(cursor, None, is_whole=True)

    def apply(self, event: dict[str, Any]) -> None:
        """The member comes as it is by now; none when it has left, or has moved out of what we may see. So an event
        that comes twice does no harm."""
        with self.file:
            if event["member"] is not None:
                self._put("members", event["member"])
            elif event["type"].startswith("MEMBER_"):
                self.file.execute("DELETE FROM members WHERE id = ?", (event["objectId"],))
            self._go_on_after(event["cursor"], None, is_whole=True)

    def forget_progress(self) -> None:
        """The members stay until another copy is whole."""
        with self.file:
            self.file.execute("DELETE FROM progress")

    def _put(self, table: str, member: dict[str, Any]) -> None:
        row = (member["id"], member["name"], member["phone"], member["branch"]["id"])
        self.file.execute(f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)", row)  # noqa: S608 # our own names

    def _go_on_after(self, cursor: str, page: str | None, *, is_whole: bool) -> None:
        self.file.execute("DELETE FROM progress")
        self.file.execute("INSERT INTO progress VALUES (?, ?, ?)", (cursor, page, is_whole))


async def keep_up(session: AsyncClientSession, copy: Copy) -> AsyncIterator[None]:
    """Comes by after each step that is stored, for as long as the connection lives."""
    if copy.progress() is None:
        # The cursor comes first: what changes while the pages are read is told after it.
        copy.begin((await session.execute(CURSOR))["changeCursor"])
    async for _ in read_pages(session, copy):
        yield
    cursor, _, _ = copy.progress()
    async for answer in session.subscribe(GraphQLRequest(CHANGES, variable_values={"after": cursor})):
        event = answer["changes"]
        copy.apply(event)
        if event["type"] == "ORGANIZATION_CHANGED" and "parent" in event["changedFields"]:
            # A part of the tree has moved, perhaps into what we may see or out of it, with all its members.
            copy.forget_progress()
            return
        yield


async def read_pages(session: AsyncClientSession, copy: Copy) -> AsyncIterator[None]:
    """Goes on after the last page that was stored."""
    cursor, page, is_whole = copy.progress()
    while not is_whole:
        asked = GraphQLRequest(PAGE, variable_values={"after": page})
        members = (await session.execute(asked))["members"]
        page = members["pageInfo"]["endCursor"]
        copy.add_page(cursor, members["nodes"], page)
        if not members["pageInfo"]["hasNextPage"]:
            copy.complete(cursor)
            return
        yield


@asynccontextmanager
async def connected() -> AsyncIterator[AsyncClientSession]:
    """With a fresh token each time. One lives for ten minutes: then the server ends the stream, and we connect anew."""
    transport = WebsocketsTransport(
        ADDRESS.replace("http", "ws", 1) + "/graphql",
        init_payload={"authorization": f"Bearer {await token()}"},
        ping_interval=20,  # a server that is silent for longer is taken for lost
        close_timeout=1,
    )
    async with Client(transport=transport, execute_timeout=60) as session:
        yield session


async def token() -> str:
    form = {"grant_type": "client_credentials", "scope": SCOPES}
    secret = (os.environ["CLIENT_ID"], os.environ["CLIENT_SECRET"])
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{ADDRESS}/oauth/token", data=form, auth=secret)
    return answer.raise_for_status().json()["access_token"]


async def main() -> None:
    copy, wait = Copy(FILE), SHORTEST_WAIT
    while True:
        try:
            async with connected() as session:
                async for _ in keep_up(session, copy):
                    wait = SHORTEST_WAIT
        except TransportQueryError as error:
            codes = {problem.get("extensions", {}).get("code") for problem in error.errors or []}
            say(f"refused: {codes}")
            if "CURSOR_EXPIRED" in codes:  # we were away for too long
                copy.forget_progress()
        except (TransportError, httpx.HTTPError, OSError, TimeoutError) as error:
            say(f"lost: {error!r}")
        await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 # so that not all come back at the same moment
        wait = min(wait * 2, LONGEST_WAIT)


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


async def until_sigterm() -> None:
    work = asyncio.create_task(main())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, work.cancel)
    try:
        await work
    except asyncio.CancelledError:
        say("stopped")


if __name__ == "__main__":
    asyncio.run(until_sigterm())
