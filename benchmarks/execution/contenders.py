"""Who is compared: how each is started and how it is asked."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import orjson

from auth.actor import Role
from auth.signing_keys import signing_key_at
from auth.tokens import TokenAuthority
from benchmarks.execution.load import HOST
from benchmarks.execution.queries import Query
from domain.records import OrganizationRecord

CONNECTIONS = 16
"""Database connections that each server may hold: as many as there are clients at most."""

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

    def request(self, query: Query) -> bytes:
        """The bytes that ask it for the query's answer."""
        if not self.speaks_graphql:
            return f"{_HEAD.format(method='GET', target=query.route)}\r\n".encode()
        body = orjson.dumps({"query": query.text, "variables": query.variables})
        headers = {**self.headers, "Content-Type": "application/json", "Content-Length": str(len(body))}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{_HEAD.format(method='POST', target='/graphql')}{lines}\r\n".encode() + body


@dataclass(frozen=True)
class Contenders:
    """All contenders, in the order of the table."""

    dengta: Contender
    interpreted: Contender
    stock: Contender
    floor: Contender

    @property
    def all(self) -> tuple[Contender, ...]:
        return self.dengta, self.interpreted, self.stock, self.floor


def contenders_on(url: str, folder: Path, administrator_of: OrganizationRecord) -> Contenders:
    """`folder` is where Dengta finds its signing key."""
    key = folder / "signing-key.json"
    authority = TokenAuthority(signing_key_at(key), _ISSUER, _AUDIENCE)
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
    return Contenders(
        dengta,
        interpreted,
        _bare_application("Strawberry, stock", "benchmarks.execution.stock", url),
        _bare_application("floor", "benchmarks.execution.floor", url, speaks_graphql=False),
    )


def _bare_application(name: str, module: str, url: str, *, speaks_graphql: bool = True) -> Contender:
    command = (sys.executable, "-m", "uvicorn", "--factory", f"{module}:application", "--port", "{port}", *_UVICORN)
    environment = {"DATABASE_URL": url, "BENCHMARK_CONNECTIONS": str(CONNECTIONS)}
    return Contender(name, command, environment, speaks_graphql=speaks_graphql)
