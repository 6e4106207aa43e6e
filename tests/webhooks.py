"""Webhooks as security officers set them, over a register of one's own whose changes are delivered."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any

from sqlalchemy import create_engine, text

from domain.codes import Role
from domain.records import MemberRecord, OrganizationRecord
from domain.webhooks import Destinations, WebhookManners
from server.app import working_without_answers
from storage.beside import running_beside
from storage.changes import number_changes
from storage.engine import connect
from tests.api.test_partners import registered
from tests.asking import AUDIT_KEY, Api, Caller

SCOPES = ["ORGANIZATIONS_READ", "MEMBERS_READ", "CHANGES_READ"]
WEBHOOK = """state address document types lag cursor lastError lastStatus lastFields message failures failingSince
  nextAttemptAt deliveredAt testAskedAt testAnsweredAt testError testStatus formerSecretUntil version organization { id }"""
LOCAL = Destinations(networks=(ip_network("127.0.0.0/8"),), plain_hosts=frozenset({"127.0.0.1"}))
QUICK = WebhookManners(LOCAL, timeout=1.0, longest_wait=0.1)


@dataclass
class Office:
    """A security officer, and the partner whose webhook is set."""

    api: Api
    officer: Caller
    partner: dict[str, Any] = field(default_factory=dict)

    async def registers(self, organization: OrganizationRecord, **given: Any) -> None:
        self.partner = (await registered(self.officer, organization, **{"scopes": SCOPES} | given))["partner"]

    async def does(self, mutation: str, **given: Any) -> dict[str, Any]:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        secret = "secret" if mutation in ("setWebhook", "rotateWebhookSecret") else ""
        of = f"webhook {{ {WEBHOOK} }} {secret}" if mutation != "deleteWebhook" else "partner { webhook { state } }"
        query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {of} errors {{ code message path }} }} }}"
        answer = await self.officer.ask(query, {"input": {"partnerId": self.partner["id"], **given}})
        payload: dict[str, Any] = answer[mutation]
        return payload

    async def sets(self, address: str, **given: Any) -> str:
        """The secret."""
        payload = await self.does("setWebhook", address=address, **given)
        assert payload["errors"] == []
        return str(payload["secret"])

    async def webhook(self) -> dict[str, Any]:
        query = f"query ($id: ID!) {{ partner(id: $id) {{ webhook {{ {WEBHOOK} }} }} }}"
        answer: dict[str, Any] = (await self.officer.ask(query, {"id": self.partner["id"]}))["partner"]["webhook"]
        return answer

    async def until(self, **holds: Callable[[Any], bool]) -> dict[str, Any]:
        """The webhook, once it is so."""
        async with asyncio.timeout(20):
            while True:
                webhook = await self.webhook()
                if all(of_value(webhook[name]) for name, of_value in holds.items()):
                    return webhook
                await asyncio.sleep(0.01)

    def execute(self, statement: str) -> None:
        engine = create_engine(self.api.database.url.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()


@asynccontextmanager
async def office_over(
    url: str, organization: OrganizationRecord, manners: WebhookManners = QUICK, **more: Any
) -> AsyncIterator[Office]:
    """Nothing is delivered yet. `more`: of the application."""
    database = connect(url, connections=8, audit_key=AUDIT_KEY)
    api = Api(database, webhooks=manners, **more)
    office = Office(api, api.as_(organization, Role.SECURITY_OFFICER))
    await office.registers(organization)
    yield office
    await api.http.aclose()
    await database.close()


@asynccontextmanager
async def delivering(office: Office) -> AsyncIterator[None]:
    async with running_beside(number_changes(office.api.database)), working_without_answers(office.api.parts):
        yield


def patient(**manners: Any) -> WebhookManners:
    """Manners other than those that are quick."""
    return replace(QUICK, **manners)


def set_address(office: Office, member: MemberRecord, *values: str) -> None:
    """One change each."""
    for value in values:
        office.execute(f"UPDATE members SET home_address = '{value}' WHERE id = {member.id}")
