"""Security officers at work: people to open accounts for, and the mutations that do it."""

import re
from dataclasses import dataclass
from itertools import count
from typing import Any

from sqlalchemy import select

from domain.codes import Role
from domain.identity_numbers import check_character
from domain.records import OrganizationRecord
from schema.identifiers import decoded, encoded
from storage.engine import Database
from storage.models import AuditEntry, Message
from tests.asking import Api, Caller

_orders = count(1)
ACTIVATION_CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}")

OPEN = """mutation ($input: OpenAccountInput!) { openAccount(input: $input) {
  account { id name identityNumber phone role tier state version organization { id name }
            activation { state delivery issuedAt expiresAt } }
  errors { code path message } } }"""


def somebody() -> dict[str, Any]:
    """Name, identity number and phone of a person whom no other test knows."""
    order = next(_orders)
    first = f"370102{1950 + order // 1000 % 50}0101{order % 1000:03d}"
    return {
        "name": "张建国",
        "identityNumber": first + check_character(first),
        "phone": f"139{order:08d}",
    }


def global_id(organization: OrganizationRecord) -> str:
    return encoded("Organization", organization.id)


@dataclass(frozen=True)
class SecurityOffice:
    """A security officer of an organisation, over HTTP."""

    api: Api
    organization: OrganizationRecord

    @property
    def officer(self) -> Caller:
        return self.api.as_(self.organization, Role.SECURITY_OFFICER)

    @property
    def database(self) -> Database:
        return self.api.database

    def draft(self, **changes: Any) -> dict[str, Any]:
        managed = {"role": "ADMINISTRATOR", "organizationId": global_id(self.organization)}
        return somebody() | managed | changes

    async def opens(self, **changes: Any) -> dict[str, Any]:
        """The account as the payload shows it."""
        payload = (await self.officer.ask(OPEN, {"input": self.draft(**changes)}))["openAccount"]
        assert payload["errors"] == []
        account: dict[str, Any] = payload["account"]
        return account

    async def refused(self, **changes: Any) -> list[tuple[str, list[str]]]:
        payload = (await self.officer.ask(OPEN, {"input": self.draft(**changes)}))["openAccount"]
        assert payload["account"] is None
        return [(error["code"], error["path"]) for error in payload["errors"]]

    async def does(self, mutation: str, account: dict[str, Any], **further: Any) -> dict[str, Any]:
        """The payload of a mutation on an account, as it was seen."""
        known = {"id": account["id"]}
        if mutation not in {"unlockAccount", "resendActivationCode"}:
            known["version"] = account["version"]
        name = mutation[0].upper() + mutation[1:]
        query = (
            f"mutation ($input: {name}Input!) {{ {mutation}(input: $input) {{ errors {{ code path message }} account "
            "{ id version state role phone name identityNumber organization { id } "
            "activation { state delivery } lockedUntil } } }"
        )
        payload: dict[str, Any] = (await self.officer.ask(query, {"input": known | further}))[mutation]
        return payload

    async def codes(self, mutation: str, account: dict[str, Any], **further: Any) -> list[str]:
        payload = await self.does(mutation, account, **further)
        assert payload["account"] is None
        return [error["code"] for error in payload["errors"]]

    async def messages_to(self, phone: str) -> list[str]:
        rows = await self.database.rows(select(Message.body).where(Message.recipient == phone).order_by(Message.id))
        return [row[0] for row in rows]

    async def entries(self, account_id: str) -> list[tuple[str, dict[str, Any]]]:
        """Operation and details of each entry of the audit log about the account, oldest first."""
        target = f"Account:{decoded(account_id).number}"
        found = select(AuditEntry.operation, AuditEntry.details).where(AuditEntry.target == target)
        return [(row[0], row[1]) for row in await self.database.rows(found.order_by(AuditEntry.id))]
