"""The stock application: what a team writes that follows Strawberry's documentation and does it well.

ORM objects, data loaders, one statement a level; Strawberry's extensions that remember parsed and validated documents,
and orjson. No accounts and no permissions, which only favours it; its engine is in autocommit, so that its sessions
cost no round trips for BEGIN and ROLLBACK, and has PostgreSQL plan as Dengta has it.
"""

import os
from base64 import urlsafe_b64decode
from functools import partial

import orjson
import strawberry
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

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


SCHEMA = strawberry.Schema(query=Query, extensions=[ParserCache, ValidationCache])


class Stock(GraphQL[Context, None]):
    def __init__(self, url: str, connections: int, clock: Clock = system_clock) -> None:
        super().__init__(SCHEMA)
        engine = create_async_engine(
            url,
            isolation_level="AUTOCOMMIT",
            pool_size=connections,
            max_overflow=0,
            connect_args={"options": SERVER_OPTIONS},
        )
        self._sessions = async_sessionmaker(engine, expire_on_commit=False)
        self._clock = clock

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:  # noqa: ARG002
        """Loaders remember what they read, so each request has its own."""
        return Context(Loaders(self._sessions), self._clock)

    def encode_json(self, data: object) -> bytes:
        return orjson.dumps(data)

    def decode_json(self, data: str | bytes) -> object:
        return orjson.loads(data)


def application() -> Stock:
    """What uvicorn starts."""
    return Stock(os.environ["DATABASE_URL"], int(os.environ["BENCHMARK_CONNECTIONS"]))
