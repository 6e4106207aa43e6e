import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson
from joserfc.jwk import ECKey

from auth.actor import Role
from auth.signing_keys import SigningKeys
from auth.tokens import TokenAuthority
from benchmarks.province import DAY
from domain.clock import SHANGHAI
from domain.records import OrganizationRecord
from server.app import Parts, create_app
from storage.engine import Database, connect


class RefusedError(RuntimeError):
    """An answer with errors; their codes."""

    def __init__(self, told: str, codes: set[str]) -> None:
        super().__init__(told)
        self.codes = codes


@dataclass
class Asker:
    """Somebody, asking the application in this process, from request body to response body."""

    http: httpx.AsyncClient
    organization: OrganizationRecord
    headers: dict[str, str] = field(default_factory=dict)

    async def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        _, answer = await self.timed(query, variables)
        return answer

    async def timed(self, query: str, variables: dict[str, Any] | None = None) -> tuple[float, dict[str, Any]]:
        """Milliseconds, and the data; RefusedError on any error."""
        body = orjson.dumps({"query": query, "variables": variables or {}})
        began = time.perf_counter()
        response = await self.http.post("/graphql", content=body, headers=self.headers)
        took = (time.perf_counter() - began) * 1000
        answer = orjson.loads(response.content)
        if "errors" in answer:
            codes = {error["extensions"]["code"] for error in answer["errors"]}
            raise RefusedError(f"{query} {variables}: {answer['errors']}", codes)
        data: dict[str, Any] = answer["data"]
        return took, data


@dataclass
class Desk:
    """Makes askers."""

    database: Database
    authority: TokenAuthority
    http: httpx.AsyncClient

    def asker(self, organization: OrganizationRecord, role: Role = Role.ADMINISTRATOR) -> Asker:
        token = self.authority.issue("benchmark", role, organization, timedelta(hours=12))
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return Asker(self.http, organization, headers)


@asynccontextmanager
async def desk(url: str, **more: Any) -> AsyncIterator[Desk]:
    """`more` are further parts of the application."""
    database = connect(url, statement_timeout=60, audit_key=b"benchmark")
    authority = TokenAuthority(
        SigningKeys(ECKey.generate_key("P-256", auto_kid=True)), "https://benchmark", "benchmark"
    )
    noon = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=SHANGHAI)
    parts = Parts(database, authority, clock=lambda: noon, **more)
    transport = httpx.ASGITransport(create_app(parts))
    async with httpx.AsyncClient(transport=transport, base_url="http://benchmark", timeout=120) as http:
        yield Desk(database, authority, http)
    await database.close()
