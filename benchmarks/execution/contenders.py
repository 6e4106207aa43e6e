"""Who is compared: how each is started and how it is asked."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import orjson

from auth.actor import Role
from auth.signing_keys import signing_keys_at
from auth.tokens import TokenAuthority
from benchmarks.execution.load import HOST
from benchmarks.execution.queries import LIST_OF_POSTGRAPHILE, Query
from domain.records import OrganizationRecord
from storage.engine import SERVER_OPTIONS, libpq_url

CONNECTIONS = 20
"""Database connections that each server may hold: what Dengta holds unless it is told otherwise."""

POSTGRAPHILE = Path(__file__).parents[1] / "postgraphile"
NODE = POSTGRAPHILE / "node_modules" / "node" / "bin" / "node"
"""PostGraphile's own: it needs a newer one than many machines have."""

_ISSUER, _AUDIENCE = "https://benchmark", "benchmark"
_HEAD = "{method} {target} HTTP/1.1\r\nHost: benchmark\r\nAccept: application/json\r\n"
_UVICORN = ("--host", HOST, "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--no-server-header")


@dataclass(frozen=True)
class Contender:
    """A server to start, as a command in which `{port}` stands for its port."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    headers: Mapping[str, str] = field(default_factory=dict)
    speaks_graphql: bool = True
    own_words: Mapping[str, str] | None = None
    """Query → how a schema of its own says it; other queries it is not asked."""

    def answers(self, query: Query) -> bool:
        return self.own_words is None or query.name in self.own_words

    def request(self, query: Query) -> bytes:
        """The bytes that ask it for the query's answer."""
        if not self.speaks_graphql:
            return f"{_HEAD.format(method='GET', target=query.route)}\r\n".encode()
        text = query.text if self.own_words is None else self.own_words[query.name]
        body = orjson.dumps({"query": text, "variables": query.variables})
        headers = {**self.headers, "Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{_HEAD.format(method='POST', target='/graphql')}{lines}\r\n".encode() + body


@dataclass(frozen=True)
class Contenders:
    """All contenders, in the order of the table."""

    dengta: Contender
    interpreted: Contender
    stock: Contender
    tuned: Contender
    floor: Contender
    postgraphile: Contender | None = None

    @property
    def all(self) -> tuple[Contender, ...]:
        every = (self.dengta, self.interpreted, self.stock, self.tuned, self.floor, self.postgraphile)
        return tuple(each for each in every if each is not None)


def contenders_on(
    url: str, folder: Path, administrator_of: OrganizationRecord, *, with_postgraphile: bool = False
) -> Contenders:
    """`folder` is where Dengta finds its signing key."""
    key = folder / "signing-key.json"
    authority = TokenAuthority(signing_keys_at(key), _ISSUER, _AUDIENCE)
    token = authority.issue("benchmark", Role.ADMINISTRATOR, administrator_of, timedelta(hours=12))
    settings = {
        "DATABASE_URL": url,
        "DENGTA_HOST": HOST,
        "DENGTA_PORT": "{port}",
        "DENGTA_ISSUER": _ISSUER,
        "DENGTA_AUDIENCE": _AUDIENCE,
        "DENGTA_SIGNING_KEY_FILE": str(key),
        "DENGTA_DATABASE_CONNECTIONS": str(CONNECTIONS),
    }
    dengta = Contender(
        "Dengta",
        (sys.executable, "-c", "from server.cli import main; main()", "serve"),
        settings,
        {"Authorization": f"Bearer {token}"},
    )
    interpreted = Contender(
        "Dengta, graphql-core",
        dengta.command,
        {**settings, "DENGTA_EXECUTOR": "graphql-core"},
        dengta.headers,
    )
    stock = _bare_application("Strawberry, stock", "benchmarks.execution.stock", url)
    return Contenders(
        dengta,
        interpreted,
        stock,
        replace(stock, name="Strawberry, tuned", environment={**stock.environment, "BENCHMARK_TUNED": "1"}),
        replace(_bare_application("floor", "benchmarks.execution.floor", url), speaks_graphql=False),
        _postgraphile(url) if with_postgraphile else None,
    )


def _bare_application(name: str, module: str, url: str) -> Contender:
    command = (sys.executable, "-m", "uvicorn", "--factory", f"{module}:application", "--port", "{port}", *_UVICORN)
    return Contender(name, command, {"DATABASE_URL": url, "BENCHMARK_CONNECTIONS": str(CONNECTIONS)})


def _postgraphile(url: str) -> Contender:
    return Contender(
        "PostGraphile",
        (str(NODE), str(POSTGRAPHILE / "server.mjs")),
        {
            "DATABASE_URL": libpq_url(url),
            "BENCHMARK_CONNECTIONS": str(CONNECTIONS),
            "PGOPTIONS": SERVER_OPTIONS,
            "NODE_ENV": "production",
            "PORT": "{port}",
        },
        own_words={"list": LIST_OF_POSTGRAPHILE},
    )
