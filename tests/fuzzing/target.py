"""A server over a province with canaries, in a thread of its own, for clients that wait for each answer."""

import asyncio
import json
import socket
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from threading import Thread
from typing import Any

import httpx
from graphql import GraphQLSchema

from auth.oauth.exchange import Lifetimes
from storage.engine import connect
from tests.asking import AUDIT_KEY, GRAPHQL_JSON, Api
from tests.fuzzing.answers import require_good
from tests.fuzzing.callers import Asker, askers, place_of_each_tier, schema_without
from tests.fuzzing.canaries import Canaries
from tests.fuzzing.mending import Ids
from tests.fuzzing.planting import plant
from tests.numbered import numbered
from tests.serving import answering

_READY_WITHIN = 60  # seconds
_ANSWERS_WITHIN = 60.0
_GOOD_FOR_ALL = Lifetimes(access_token=timedelta(days=1))


@dataclass
class Target:
    address: str
    askers: list[Asker]
    canaries: Canaries
    http: httpx.Client

    def ids_of(self, asker: Asker) -> Ids:
        """Of records, most of them within the asker's scope."""
        return self.canaries.ids_from(asker.sight.path)

    def ask(self, asker: Asker, query: str, variables: Any = None) -> dict[str, Any]:
        """The answer, when there is nothing wrong with it. Text that is no UTF-8 is sent as JSON escapes it."""
        return self.send(asker, json.dumps({"query": query, "variables": variables}))

    def send(self, asker: Asker, content: str, **headers: str) -> dict[str, Any]:
        usual = {"Content-Type": "application/json", "Accept": GRAPHQL_JSON, "Accept-Language": "en"}
        sent = self.http.post("/graphql", content=content.encode(), headers={**usual, **asker.headers, **headers})
        return self.require_good(asker, sent, content)

    def require_good(self, asker: Asker, response: httpx.Response, sent: str) -> dict[str, Any]:
        leaked = [each for each in self.canaries.leaked(response.text, asker.sight) if each not in sent]
        assert leaked == [], (asker.name, leaked)
        require_good(response, sent)
        answer: dict[str, Any] = response.json()
        return answer


@lru_cache
def seen_by(hidden: frozenset[str]) -> GraphQLSchema:
    return schema_without(hidden)


@contextmanager
def running_target(url: str) -> Iterator[Target]:
    """Over a database of its own, into which it plants."""
    places, canaries = place_of_each_tier(url), plant(url, Api.code_key)
    listening = socket.create_server(("127.0.0.1", 0))
    ready: Future[tuple[Api, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    serving = Thread(target=asyncio.run, args=[_serve(url, listening, ready)])
    serving.start()
    api, loop, stop = ready.result(_READY_WITHIN)
    host, port = listening.getsockname()
    address = f"http://{host}:{port}"
    try:
        with httpx.Client(base_url=address, timeout=_ANSWERS_WITHIN) as http:
            yield Target(address, list(askers(api, places, http)), canaries, http)
    finally:
        loop.call_soon_threadsafe(stop.set)
        serving.join()


async def _serve(
    url: str, listening: socket.socket, ready: "Future[tuple[Api, asyncio.AbstractEventLoop, asyncio.Event]]"
) -> None:
    stop = asyncio.Event()
    while await numbered(url):
        pass
    async with connect(url, connections=4, audit_key=AUDIT_KEY) as database:
        api = Api(database, lifetimes=_GOOD_FOR_ALL)
        async with answering(api.app, listening):
            ready.set_result((api, asyncio.get_running_loop(), stop))
            await stop.wait()
