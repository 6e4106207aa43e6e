"""A call of every mutation that saves something, ready to be made once, again, or twice at the same moment."""

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any

from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from domain.codes import AccountState, OrganizationKind, Role
from domain.exports import ExportBounds
from domain.members import draft_of, problems_of
from domain.records import MemberRecord, OrganizationRecord
from schema.build import graphql_schema
from schema.identifiers import decoded, encoded
from server.app import SCHEMA
from storage.engine import connect
from tests.accounts import SecurityOffice, global_id, somebody
from tests.api.phone_desk import a_new_phone, answered_captcha, is_registered, sent_code
from tests.api.test_partners import registered
from tests.asking import AUDIT_KEY, Api, Caller
from tests.editing import change
from tests.file_contents import pdf
from tests.new_people import new_member
from tests.opened_accounts import opened_account
from tests.oracle import Register
from tests.server.importing.tables import csv_bytes
from tests.uploading import sent, staged

CORE = graphql_schema(SCHEMA)
assert CORE.mutation_type is not None
MUTATIONS = CORE.mutation_type.fields


@dataclass(frozen=True)
class KeyedCall:
    """A mutation with its input, and who calls it."""

    caller: Caller
    mutation: str
    given: Mapping[str, Any]
    key: str

    async def answer(self) -> dict[str, Any]:
        """The payload."""
        payload: dict[str, Any] = (await self.caller.ask(self._query, self._variables))[self.mutation]
        return payload

    async def refused(self) -> dict[str, Any]:
        """The first error at the top of the answer."""
        return await self.caller.refused(self._query, self._variables)

    @property
    def _query(self) -> str:
        kind = f"{self.mutation[0].upper()}{self.mutation[1:]}Input"
        return f"mutation ($input: {kind}!) {{ {self.mutation}(input: $input) {selection_of(self.mutation)} }}"

    @property
    def _variables(self) -> dict[str, Any]:
        return {"input": {**self.given, "idempotencyKey": self.key}}

    def otherwise(self, **changes: Any) -> "KeyedCall":
        return replace(self, given={**self.given, **changes})


@dataclass(frozen=True)
class KeyedUpload(KeyedCall):
    """A mutation that takes a file, as `input.file`."""

    content: bytes = b""

    async def answer(self) -> dict[str, Any]:
        payload: dict[str, Any] = (await self._sent())["data"][self.mutation]
        return payload

    async def refused(self) -> dict[str, Any]:
        error: dict[str, Any] = (await self._sent())["errors"][0]
        return error

    async def _sent(self) -> dict[str, Any]:
        variables = {"input": {**self._variables["input"], "file": None}}
        operations = json.dumps({"query": self._query, "variables": variables})
        texts = {"operations": operations, "map": json.dumps({"0": ["variables.input.file"]})}
        sending = {"data": texts, "files": {"0": ("a.pdf", self.content)}}
        answer: dict[str, Any] = (await sent(self.caller, sending)).json()
        return answer


def selection_of(mutation: str) -> str:
    """All that the payload tells by itself, and of the objects that it gives whatever is quickly compared."""
    return _selection(get_named_type(MUTATIONS[mutation].type), depth=3)


def _selection(kind: Any, depth: int) -> str:
    assert isinstance(kind, GraphQLObjectType)
    if not kind.name.endswith(("Payload", "Error")):
        return "{ " + " ".join(name for name in ("id", "version", "number", "state") if name in kind.fields) + " }"
    fields = {name: field for name, field in kind.fields.items() if name != "image"}  # which is drawn anew each time
    parts = (_part(name, get_named_type(field.type), depth) for name, field in fields.items())
    return "{ " + " ".join(parts) + " }"


def _part(name: str, kind: Any, depth: int) -> str:
    return name if is_leaf_type(kind) else f"{name} {_selection(kind, depth - 1)}"


@dataclass(frozen=True)
class World:
    """A register of one's own, and those who work in it. `members` are given out one by one."""

    api: Api
    register: Register
    top: OrganizationRecord
    members: Iterator[MemberRecord]

    @property
    def office(self) -> SecurityOffice:
        return SecurityOffice(self.api, self.top)

    def person(self, name: str, role: Role = Role.ADMINISTRATOR, at: OrganizationRecord | None = None) -> Caller:
        return Caller(self.api, self.api.authority.issue(name, role, at or self.top, timedelta(hours=1)))

    @property
    def committee(self) -> OrganizationRecord:
        """One that may approve membership, and has branches."""
        committees = self.register.of_kind(OrganizationKind.GRASSROOTS_COMMITTEE)
        return next(o for o in committees if o.can_approve_membership and o.path.startswith(self.top.path))

    @property
    def branch(self) -> OrganizationRecord:
        """Below that committee."""
        branches = self.register.of_kind(OrganizationKind.BRANCH)
        return next(o for o in branches if o.path.startswith(self.committee.path))

    def calls(self, caller: Caller, mutation: str, **given: Any) -> KeyedCall:
        return KeyedCall(caller, mutation, given, key=f"{mutation}-{token_hex(8)}")

    async def call_of(self, mutation: str) -> KeyedCall:
        """One that will be taken, on a record of its own."""
        return await PREPARED[mutation](self)


@asynccontextmanager
async def own_world(url: str, register: Register, top: OrganizationRecord) -> AsyncIterator[World]:
    """In a database of one's own; the members can be saved as they are."""
    async with connect(url, connections=8, audit_key=AUDIT_KEY) as database:
        api = Api(database)
        sound = (
            member
            for member in register.members
            if not problems_of(draft_of(member), register.day) and not member.transfer_in_progress
        )
        yield World(api, register, top, sound)
        await api.http.aclose()


Prepare = Callable[[World], Awaitable[KeyedCall]]


async def _open_account(world: World) -> KeyedCall:
    return world.calls(world.office.officer, "openAccount", **world.office.draft())


async def _import_accounts(world: World) -> KeyedCall:
    people = [somebody() for _ in range(3)]
    header = ["姓名", "公民身份证号", "手机号", "所管理组织", "角色"]
    rows = [[p["name"], p["identityNumber"], p["phone"], str(world.top.id), "管理员"] for p in people]
    content = b64encode(csv_bytes([header, *rows])).decode()
    return world.calls(world.office.officer, "importAccounts", file={"name": "a.csv", "content": content})


async def _account(mutation: str, world: World, before: str | None = None, **given: Any) -> KeyedCall:
    """On an account that has just been opened, and then went through `before`."""
    account = await world.office.opens()
    if before is not None:
        account = (await world.office.does(before, account))["account"]
    return world.calls(world.office.officer, mutation, id=account["id"], version=account["version"], **given)


async def _resend(world: World) -> KeyedCall:
    account = await world.office.opens()
    return world.calls(world.office.officer, "resendActivationCode", id=account["id"])


async def _unlock(world: World) -> KeyedCall:
    person = await opened_account(world.api.database, world.top.id, AccountState.ACTIVE)
    return world.calls(world.office.officer, "unlockAccount", id=encoded("Account", person.account_id))


async def _move_account(world: World) -> KeyedCall:
    below = next(o for o in world.register.organizations.values() if o.parent_id == world.top.id)
    return await _account("changeAccountOrganization", world, organizationId=global_id(below))


async def _mend_phone(world: World) -> KeyedCall:
    return await _account("changeAccountPhone", world, phone=somebody()["phone"])


def _member(world: World) -> str:
    return encoded("Member", next(world.members).id)


async def _update(world: World) -> KeyedCall:
    member = next(world.members)
    known = {"id": encoded("Member", member.id), "version": member.version}
    return world.calls(world.person("administrator"), "updateMember", **known, homeAddress="济南市某路 1 号")


async def _check_member(world: World) -> KeyedCall:
    return world.calls(world.person("administrator"), "checkMember", memberId=_member(world))


async def _start_check(world: World) -> KeyedCall:
    """Of another organisation each time: there is one at a time of each."""
    place = next(o for o in world.register.of_kind(OrganizationKind.BRANCH) if o.id not in _checked)
    _checked.add(place.id)
    return world.calls(world.person("administrator"), "startCheck", organizationId=global_id(place))


_checked: set[int] = set()


async def _cancel_check(world: World) -> KeyedCall:
    check = (await (await _start_check(world)).answer())["check"]
    return world.calls(world.person("administrator"), "cancelCheck", id=check["id"])


async def _update_many(world: World) -> KeyedCall:
    changes = [(await _update(world)).given for _ in range(3)]
    return world.calls(world.person("administrator"), "updateMembers", members=changes)


async def _submit(world: World) -> KeyedCall:
    given = {"kind": "OTHER_REMOVAL", "memberId": _member(world), "reason": "-"}
    return world.calls(world.person("asks"), "submitLeaving", **given)


async def _settle(step: str, world: World, who: str = "decides", **given: Any) -> KeyedCall:
    request = (await (await _submit(world)).answer())["request"]
    return world.calls(world.person(who), step, id=request["id"], **given)


async def _departed(mutation: str, world: World) -> KeyedCall:
    asked = await _submit(world)
    request = (await asked.answer())["request"]
    await world.calls(world.person("decides"), "approveRequest", id=request["id"], opinion="-").answer()
    gone = encoded("HistoryMember", decoded(asked.given["memberId"]).number)
    return world.calls(world.person("administrator"), mutation, id=gone, reason="-")


async def _upload(world: World) -> KeyedCall:
    content = pdf() + token_hex(8).encode()
    given = {"purpose": "ATTACHMENT"}
    return KeyedUpload(world.person("uploads"), "uploadFile", given, f"upload-{token_hex(8)}", content)


async def _attached(caller: Caller) -> list[str]:
    return [(await staged(caller, pdf(), "a.pdf"))["id"]]


async def _admit(world: World) -> KeyedCall:
    given = {"member": new_member(world.branch), "reason": "-"}
    return world.calls(world.person("asks", at=world.committee), "submitAdmission", **given)


async def _file(world: World) -> KeyedCall:
    caller = world.person("asks", at=world.branch)
    given = {"member": new_member(world.branch), "reason": "-", "attachmentIds": await _attached(caller)}
    return world.calls(caller, "submitRealNameFiling", **given)


async def _rename(world: World) -> KeyedCall:
    """With proof: nobody is there to confirm the name."""
    branches = {o.id: o for o in world.register.of_kind(OrganizationKind.BRANCH)}
    member = next(member for member in world.members if member.branch_id in branches)
    caller = world.person("asks", at=branches[member.branch_id])
    given = {"id": encoded("Member", member.id), "name": "欧阳建国", "reason": "-"}
    return world.calls(caller, "renameMember", **given, attachmentIds=await _attached(caller))


async def _designate(world: World) -> KeyedCall:
    """Another county each time: what is so already is not changed."""
    counties = world.register.of_kind(OrganizationKind.COUNTY)
    place = next(o for o in counties if not o.path.startswith(world.committee.path) and o.id not in _designated)
    _designated.add(place.id)
    given = {"organizationId": global_id(place), "canFileRealNames": False}
    return world.calls(world.office.officer, "designateForFiling", **given)


_designated: set[int] = set()


def _registered_member(world: World) -> MemberRecord:
    return next(member for member in world.members if is_registered(member))


async def _show_captcha(world: World) -> KeyedCall:
    return world.calls(world.person(f"changes phones {token_hex(4)}"), "showCaptcha")


async def _send_code(world: World) -> KeyedCall:
    caller = world.person(f"changes phones {token_hex(4)}")
    given = {"memberId": encoded("Member", _registered_member(world).id), "phone": a_new_phone()}
    return world.calls(caller, "sendPhoneCode", **given, **await answered_captcha(world.api, caller))


async def _change_phone(world: World) -> KeyedCall:
    caller, member = world.person(f"changes phones {token_hex(4)}"), _registered_member(world)
    code = await sent_code(caller, member, a_new_phone())
    return world.calls(caller, "changeRegisteredPhone", memberId=encoded("Member", member.id), **code)


async def _release(world: World) -> KeyedCall:
    member = _registered_member(world)
    asked = {"kind": "DEATH", "memberId": encoded("Member", member.id), "reason": "-"}
    request = (await world.calls(world.person("asks"), "submitLeaving", **asked).answer())["request"]
    await world.calls(world.person("decides"), "approveRequest", id=request["id"], opinion="-").answer()
    return world.calls(
        world.person("administrator"), "releasePhone", id=encoded("HistoryMember", member.id), reason="-"
    )


async def _transfer(step: str, world: World, *, begun: bool) -> KeyedCall:
    partner, known = world.person("partner", Role.PARTNER), {"id": _member(world)}
    if begun:
        await world.calls(partner, "beginTransfer", **known).answer()
    return world.calls(partner, step, **known)


async def _complete(world: World) -> KeyedCall:
    begun = await _transfer("completeTransfer", world, begun=True)
    here = next(m.branch_id for m in world.register.members if encoded("Member", m.id) == begun.given["id"])
    branches = (o for o in world.register.of_kind(OrganizationKind.BRANCH) if o.path.startswith(world.top.path))
    return begun.otherwise(branchId=global_id(next(o for o in branches if o.id != here)))


async def _register(world: World) -> KeyedCall:
    given = {"name": "党员教育系统", "organization": global_id(world.top), "scopes": ["MEMBERS_READ"]}
    return world.calls(world.office.officer, "registerPartner", **given)


async def _partner(mutation: str, world: World, before: str | None = None, **given: Any) -> KeyedCall:
    partner = (await registered(world.office.officer, world.top))["partner"]
    if before is not None:
        await world.calls(world.office.officer, before, id=partner["id"]).answer()
    return world.calls(world.office.officer, mutation, id=partner["id"], **given)


async def _webhook(mutation: str, world: World, before: str | None = None, **given: Any) -> KeyedCall:
    scopes = ["CHANGES_READ"]
    partner = (await registered(world.office.officer, world.top, scopes=scopes))["partner"]
    call = world.calls(world.office.officer, "setWebhook", partnerId=partner["id"], address="https://partner.example/")
    if mutation == "setWebhook":
        return call
    await call.answer()
    if before is not None:
        await world.calls(world.office.officer, before, partnerId=partner["id"]).answer()
    return world.calls(world.office.officer, mutation, partnerId=partner["id"], **given)


async def _matrix(mutation: str, world: World, **given: Any) -> KeyedCall:
    officer = world.office.officer
    versions = await officer.ask("{ permissionVersions(first: 1) { nodes { number } } }")
    number = next((version["number"] for version in versions["permissionVersions"]["nodes"]), 0)
    return world.calls(officer, mutation, expectedVersion=number, **given)


async def _set_permissions(world: World) -> KeyedCall:
    edit = await _matrix("setPermissions", world)
    write = await _is_written(edit.caller)
    return edit.otherwise(changes=[change("Member.education", write=not write)])


async def _is_written(officer: Caller) -> bool:
    query = """{ permissionMatrix(role: ADMINISTRATOR, tier: COUNTY_OR_ABOVE) { entries { field write } } }"""
    entries = (await officer.ask(query))["permissionMatrix"]["entries"]
    return bool(next(entry["write"] for entry in entries if entry["field"] == "Member.education"))


async def _reset_permissions(world: World) -> KeyedCall:
    """Of a matrix that has been edited."""
    edit = await _set_permissions(world)
    if not edit.given["changes"][0]["write"]:
        await edit.answer()
    return await _matrix("resetPermissions", world)


def _query() -> dict[str, Any]:
    return {"where": {"gender": {"exact": "MALE"}}, "columns": ["NAME", "BRANCH"]}


async def _save_query(world: World) -> KeyedCall:
    name = f"常用查询 {token_hex(8)}"
    return world.calls(world.person("administrator"), "saveQuery", name=name, members=_query())


async def _saved_query(mutation: str, world: World, **given: Any) -> KeyedCall:
    """On one that has just been saved."""
    saved = (await (await _save_query(world)).answer())["savedQuery"]
    return world.calls(world.person("administrator"), mutation, id=saved["id"], version=saved["version"], **given)


async def _export(mutation: str, world: World, **given: Any) -> KeyedCall:
    """By another person each time, of whom so many are kept at most; and another question each time."""
    where = {"name": {"exact": token_hex(4)}}
    return world.calls(world.person(f"administrator-{token_hex(4)}"), mutation, format="CSV", where=where, **given)


async def _export_saved(world: World) -> KeyedCall:
    saved = (await (await _save_query(world)).answer())["savedQuery"]
    return world.calls(world.person("administrator"), "exportSavedQuery", id=saved["id"], format="CSV")


async def _cancel_export(world: World) -> KeyedCall:
    """Of one that would be written by a job, if there were a worker."""
    asking = Api(world.api.database, key=world.api.key, exports=ExportBounds(direct_rows=0))
    person = Caller(asking, world.person(f"administrator-{token_hex(4)}").token)
    waiting = KeyedCall(person, "exportMembers", {"format": "CSV", "columns": ["NAME"]}, key=token_hex(8))
    export = (await waiting.answer())["export"]
    return world.calls(Caller(world.api, person.token), "cancelExport", id=export["id"])


PREPARED: Mapping[str, Prepare] = {
    "saveQuery": _save_query,
    "changeSavedQuery": partial(_saved_query, "changeSavedQuery", shared=True),
    "removeSavedQuery": partial(_saved_query, "removeSavedQuery"),
    "exportMembers": partial(_export, "exportMembers", columns=["NAME"]),
    "exportHistoryMembers": partial(_export, "exportHistoryMembers", columns=["NAME"]),
    "exportSavedQuery": _export_saved,
    "cancelExport": _cancel_export,
    "openAccount": _open_account,
    "importAccounts": _import_accounts,
    "suspendAccount": partial(_account, "suspendAccount"),
    "resumeAccount": partial(_account, "resumeAccount", before="suspendAccount"),
    "revokeAccount": partial(_account, "revokeAccount"),
    "changeAccountRole": partial(_account, "changeAccountRole", role="AUDITOR"),
    "changeAccountOrganization": _move_account,
    "changeAccountPhone": _mend_phone,
    "setAccountName": partial(_account, "setAccountName", name="李建国"),
    "resendActivationCode": _resend,
    "unlockAccount": _unlock,
    "updateMember": _update,
    "updateMembers": _update_many,
    "checkMember": _check_member,
    "startCheck": _start_check,
    "cancelCheck": _cancel_check,
    "submitLeaving": _submit,
    "submitAdmission": _admit,
    "submitRealNameFiling": _file,
    "renameMember": _rename,
    "designateForFiling": _designate,
    "uploadFile": _upload,
    "showCaptcha": _show_captcha,
    "sendPhoneCode": _send_code,
    "changeRegisteredPhone": _change_phone,
    "releasePhone": _release,
    "approveRequest": partial(_settle, "approveRequest", opinion="-"),
    "rejectRequest": partial(_settle, "rejectRequest", opinion="-"),
    "withdrawRequest": partial(_settle, "withdrawRequest", who="asks"),
    "restoreMember": partial(_departed, "restoreMember"),
    "purgeMember": partial(_departed, "purgeMember"),
    "beginTransfer": partial(_transfer, "beginTransfer", begun=False),
    "completeTransfer": _complete,
    "cancelTransfer": partial(_transfer, "cancelTransfer", begun=True),
    "registerPartner": _register,
    "rotatePartnerSecret": partial(_partner, "rotatePartnerSecret"),
    "setPartnerScopes": partial(_partner, "setPartnerScopes", scopes=["ORGANIZATIONS_READ"]),
    "suspendPartner": partial(_partner, "suspendPartner"),
    "resumePartner": partial(_partner, "resumePartner", before="suspendPartner"),
    "revokePartner": partial(_partner, "revokePartner"),
    "setWebhook": partial(_webhook, "setWebhook"),
    "enableWebhook": partial(_webhook, "enableWebhook", before="pauseWebhook"),
    "pauseWebhook": partial(_webhook, "pauseWebhook"),
    "testWebhook": partial(_webhook, "testWebhook"),
    "rotateWebhookSecret": partial(_webhook, "rotateWebhookSecret", overlapHours=1),
    "deleteWebhook": partial(_webhook, "deleteWebhook"),
    "setPermissions": _set_permissions,
    "resetPermissions": _reset_permissions,
}
"""Mutation → a call of it. A new mutation is entered here, which a test demands."""
