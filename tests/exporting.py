"""Those who export, each another person, and what they are told."""

from collections.abc import Mapping
from datetime import timedelta
from secrets import token_hex
from typing import Any

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from domain.exports import ExportBounds
from domain.records import OrganizationRecord
from schema.identifiers import number_of
from server.app import DEFAULT_PERMISSIONS
from tests.asking import Api, Caller
from tests.exported import (
    MEMBERS,
    READ,
    columns_of,
    exporting_of,
    field_of,
    started,
)

ALL = columns_of("Member")
FORMATS = ["CSV", "XLSX"]
SMALL, LARGE = ExportBounds(), ExportBounds(direct_rows=0)
TIERS = {"county": Tier.COUNTY_OR_ABOVE, "committee": Tier.APPROVING_COMMITTEE, "branch": Tier.OTHER_GRASSROOTS}
Places = Mapping[str, OrganizationRecord]


def somebody(api: Api, place: OrganizationRecord, language: str = "en", role: Role = Role.ADMINISTRATOR) -> Caller:
    """Another person each time, since one may keep only so many exports."""
    return Caller(api, api.authority.issue(f"person-{token_hex(6)}", role, place, timedelta(hours=1)), language)


def with_matrix(api: Api, read: Visibility, *fields: str) -> Api:
    """The same server, after administrators were given these fields so."""
    entries = {Place(Role.ADMINISTRATOR, tier, field): Entry(read) for field in fields for tier in Tier}
    matrix = PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries)
    return Api(api.database, matrix, api.clock, api.key, exports=api.exports, files=api.files)


async def answers(
    caller: Caller, columns: list[str], connection: str = "members", arguments: str = ""
) -> list[dict[str, Any]]:
    fields = " ".join(map(field_of, columns))
    found = await caller.ask(f"{{ {connection}(first: 10000{arguments}) {{ nodes {{ {fields} }} }} }}")
    nodes: list[dict[str, Any]] = found[connection]["nodes"]
    return nodes


async def written(caller: Caller, mutation: str = MEMBERS, **given: Any) -> dict[str, Any]:
    """By a job, if it is one for a job."""
    export = await started(caller, mutation, **given)
    if export["isJob"]:
        await exporting_of(caller.api).run(number_of("Export", export["id"]))
    found: dict[str, Any] = (await caller.ask(READ, {"id": export["id"]}))["export"]
    return found


def refused(response: Any) -> tuple[int, str, list[str]]:
    extensions = response.json()["errors"][0]["extensions"]
    return response.status_code, extensions["code"], extensions.get("fields", [])
