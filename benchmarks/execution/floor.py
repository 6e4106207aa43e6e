"""The floor: a bare ASGI application that does the least Python can do for these answers.

No framework, no GraphQL, no permissions: a statement, a comprehension, orjson; one hard-coded route a query.
"""

import os
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import orjson
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url

from benchmarks.execution import floor_statements as sql
from benchmarks.execution.floor_members import listed_member, paged_member, whole_member
from domain.clock import Clock, system_clock, today
from domain.paths import end_of_subtree
from storage.engine import SERVER_OPTIONS

_MOST_CHILDREN, _MOST_MEMBERS, _PAGE = 20, 10, 1_000
_OK: dict[str, Any] = {"type": "http.response.start", "status": 200}

Rows = list[tuple[Any, ...]]
Message = MutableMapping[str, Any]


class Floor:
    """Its pool is opened and closed by the lifespan protocol, or by a test."""

    def __init__(self, url: str, connections: int, clock: Clock = system_clock) -> None:
        conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        settings = {"autocommit": True, "options": SERVER_OPTIONS}
        self._pool = AsyncConnectionPool(
            conninfo, kwargs=settings, min_size=connections, max_size=connections, open=False
        )
        self._clock = clock
        self._routes: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
            "list": self._list,
            "one": self._one,
            "tree": self._tree,
            "page": self._page,
            "aggregate": self._aggregate,
        }

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        _, route, *numbers = scope["path"].split("/")
        body = orjson.dumps({"data": await self._routes[route](*map(int, numbers))})
        headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        await send({**_OK, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(
        self, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        await receive()
        await self.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def open(self) -> None:
        await self._pool.open(wait=True)
        [(self._root, path)] = await self._read(sql.ROOT)
        self._scope = (path, end_of_subtree(path))

    async def close(self) -> None:
        await self._pool.close()

    async def _read(self, statement: str, *parameters: object) -> Rows:
        async with self._pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), parameters)
            return await cursor.fetchall()

    async def _list(self, first: int) -> dict[str, Any]:
        rows = await self._read(sql.LIST, *self._scope, first + 1)
        branches = await self._branches({row[0] for row in rows[:first]})
        return {"members": {"nodes": [listed_member(row, branches[row[0]]) for row in rows[:first]]}}

    async def _branches(self, paths: set[str]) -> dict[str, dict[str, Any]]:
        """Path → the organisation there with its parent; both are in the path."""
        ends = {path: [int(part) for part in path.split("/")[-3:-1] if part] for path in paths}
        ids = {number for end in ends.values() for number in end}
        named = {row[0]: {"name": row[1], "kind": row[2]} for row in await self._read(sql.ORGANIZATIONS, list(ids))}
        return {path: {**named[end[-1]], "parent": _parent(named, end)} for path, end in ends.items()}

    async def _one(self, number: int) -> dict[str, Any]:
        [row] = await self._read(sql.ONE, number, *self._scope)
        files = await self._read(sql.ATTACHMENTS, number)
        end = [int(part) for part in row[0].split("/")[-3:-1] if part]
        organizations = {
            key: {"name": name, "kind": kind, "divisionCode": code, "canApproveMembership": approves}
            for key, name, kind, code, approves in await self._read(sql.WHOLE_ORGANIZATIONS, end)
        }
        branch = {**organizations[end[-1]], "parent": _parent(organizations, end)}
        return {"member": whole_member(number, row, branch, files, today(self._clock))}

    async def _tree(self) -> dict[str, Any]:
        children = (await self._read(sql.CHILDREN, self._root, _MOST_CHILDREN + 1))[:_MOST_CHILDREN]
        rows = await self._read(sql.MEMBERS_BELOW, _MOST_MEMBERS + 1, [number for number, _ in children])
        below = {
            number: [{"name": name, "gender": gender, "joinedOn": joined} for _, name, gender, joined in those]
            for number, those in groupby(rows, key=itemgetter(0))
        }
        nodes = [
            {"name": name, "members": {"nodes": below.get(number, [])[:_MOST_MEMBERS]}} for number, name in children
        ]
        return {"viewer": {"organization": {"children": {"nodes": nodes}}}}

    async def _page(self) -> dict[str, Any]:
        rows = await self._read(sql.PAGE, *self._scope, _PAGE + 1)
        nodes = [paged_member(row) for row in rows[:_PAGE]]
        last, path = rows[:_PAGE][-1][:2]
        cursor = urlsafe_b64encode(orjson.dumps(["org_path,id", path, last])).rstrip(b"=").decode()
        return {"members": {"nodes": nodes, "pageInfo": {"hasNextPage": len(rows) > _PAGE, "endCursor": cursor}}}

    async def _aggregate(self, number: int) -> dict[str, Any]:
        children = (await self._read(sql.CHILDREN, number, _MOST_CHILDREN + 1))[:_MOST_CHILDREN]
        counts: dict[int, int] = dict(await self._read(sql.COUNTS_BELOW, [number, *(child for child, _ in children)]))
        nodes = [{"name": name, "memberCount": counts[child]} for child, name in children]
        return {"organization": {"children": {"nodes": nodes}, "members": {"totalCount": counts[number]}}}


def _parent(organizations: dict[int, dict[str, Any]], end: list[int]) -> dict[str, Any] | None:
    return organizations[end[0]] if len(end) > 1 else None


def application() -> Floor:
    """What uvicorn starts."""
    return Floor(os.environ["DATABASE_URL"], int(os.environ["BENCHMARK_CONNECTIONS"]))
