"""Editing the permission matrix as a security officer does."""

from dataclasses import dataclass, field
from typing import Any

from domain.codes import Role, Tier
from tests.asking import Caller

SET = """
mutation ($input: SetPermissionsInput!) {
  setPermissions(input: $input) { version { number } errors { code path message } }
}
"""
ADMINISTRATOR_OF_COUNTY = {"role": Role.ADMINISTRATOR.value, "tier": Tier.COUNTY_OR_ABOVE.value}


def change(
    name: str, *, role: Role = Role.ADMINISTRATOR, tier: Tier = Tier.COUNTY_OR_ABOVE, **made: Any
) -> dict[str, Any]:
    """One change of an edit: `read` and `write` as they are to be."""
    return {"role": role.value, "tier": tier.value, "field": name, **made}


@dataclass
class Officer:
    """Someone who knows the version of the matrix, and edits it."""

    caller: Caller
    version: int = field(default=0)

    async def edits(self, *changes: dict[str, Any]) -> None:
        answer = await self.tries(*changes)
        assert answer["errors"] == []
        self.version = answer["version"]["number"]

    async def tries(self, *changes: dict[str, Any], **more: Any) -> dict[str, Any]:
        edit = {"expectedVersion": self.version, "changes": list(changes), **more}
        answer: dict[str, Any] = (await self.caller.ask(SET, {"input": edit}))["setPermissions"]
        return answer
