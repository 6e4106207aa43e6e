"""The stock application: what a team writes that follows Strawberry's documentation, and the same application tuned.

ORM objects, data loaders, one statement a level. No accounts and no permissions, and PostgreSQL plans as Dengta has it,
which only favours it.
"""

import os
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import orjson
import strawberry
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

from benchmarks.execution.stock_loaders import Loaders
from benchmarks.execution.stock_types import Connection, Context, Info, Member, Organization, Page
from domain.clock import Clock, system_clock
from storage import models
from storage.engine import SERVER_OPTIONS


async def _root(info: Info) -> models.Organization:
    return await info.context.loaders.root()


async def _organization(info: Info, id: strawberry.ID) -> models.Organization | None:
    return await info.context.loaders.organization.load(_number(id))


async def _member(info: Info, id: strawberry.ID) -> models.Member | None:
    return await info.context.loaders.member.load(_number(id))


def _members(info: Info, first: int = 50) -> Page:
    loaders = info.context.loaders
    return Page(first, partial(loaders.first_members.load, first), loaders.count_of_members)


def _number(identifier: strawberry.ID) -> int:
    return int(urlsafe_b64decode(identifier).partition(b":")[2])


@strawberry.type
class Viewer:
    organization = strawberry.field(resolver=_root, graphql_type=Organization)


@strawberry.type
class Query:
    viewer: Viewer = strawberry.field(resolver=Viewer)
    organization = strawberry.field(resolver=_organization, graphql_type=Organization | None)
    member = strawberry.field(resolver=_member, graphql_type=Member | None)
    members = strawberry.field(resolver=_members, graphql_type=Connection[Member])


class Stock(GraphQL[Context, None]):
    """With the defaults of Strawberry and of SQLAlchemy, but for as many connections as the others have."""

    extensions: Sequence[type[SchemaExtension]] = ()
    engine_options: Mapping[str, Any] = {}

    def __init__(self, url: str, connections: int, clock: Clock = system_clock) -> None:
        super().__init__(strawberry.Schema(query=Query, extensions=self.extensions))
        engine = create_async_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            connect_args={"options": SERVER_OPTIONS},
            **self.engine_options,
        )
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._clock = clock

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        """Loaders remember what they read, so each request has its own."""
        return Context(Loaders(self._sessions), self._clock)


class Tuned(Stock):
    """Parsed and validated documents are remembered, orjson writes, and no session costs a BEGIN and a ROLLBACK."""

    extensions = (ParserCache, ValidationCache)
    engine_options: Mapping[str, Any] = {"isolation_level": "AUTOCOMMIT"}

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)


def application() -> Stock:
    """What uvicorn starts."""
    kind = Tuned if os.environ.get("BENCHMARK_TUNED") == "1" else Stock
    return kind(os.environ["DATABASE_URL"], int(os.environ["BENCHMARK_CONNECTIONS"]))
