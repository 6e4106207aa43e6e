"""What may be seen only masked is answered masked, wherever the schema gives such a record."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import pytest
from graphql import TypeInfo, TypeInfoVisitor, Visitor, get_named_type, parse, visit
from sqlalchemy import insert, update

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place, column_of, has_mask
from auth.visibility import Visibility, coordinate
from domain.codes import HistoryKind, OrganizationKind, RequestKind
from domain.masking import MASKS
from domain.records import MemberRecord, OrganizationRecord
from domain.synthetic.contacts import mobile_of
from schema.build import graphql_schema
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS, SCHEMA
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.approvals import add_request
from storage.engine import connect
from storage.history_members import Departure, archive_member
from storage.models import Member, ValidationResult
from tests.accounts import SecurityOffice, global_id, somebody
from tests.api.phone_desk import CHANGE, a_new_phone, is_registered, sent_code
from tests.api.test_accounts import activated
from tests.asking import AUDIT_KEY, Api
from tests.numbered import numbered
from tests.opened_accounts import opened_account
from tests.oracle import Register

CORE = graphql_schema(SCHEMA)
MASKED = [name for name in DEFAULT_PERMISSIONS.fields if has_mask(name)]
MATRIX = PermissionMatrix(
    DEFAULT_PERMISSIONS.fields,
    {Place(role, tier, name): Entry(Visibility.MASKED) for role in Role for tier in Tier for name in MASKED},
)
"""In which all is masked that can be."""

READS = (
    ("Member", "query ($id: ID!) { member(id: $id) { FIELDS } }"),
    ("Member", "query ($id: ID!) { node(id: $id) { ... on Member { FIELDS } } }"),
    ("Member", "query ($id: ID!) { nodes(ids: [$id]) { ... on Member { FIELDS } } }"),
    ("Member", "query ($who: String) { members(where: {identityNumber: {exact: $who}}) { nodes { FIELDS } } }"),
    ("Member", "query ($who: String) { members(where: {identityNumber: {exact: $who}}) { edges { node { FIELDS } } } }"),
    ("Member", "query ($at: ID!, $who: String) { organization(id: $at) {"
               " members(where: {identityNumber: {exact: $who}}) { nodes { FIELDS } } } }"),
    ("Member", "query ($phone: String!) { phoneHolders(where: {phone: $phone}) { member { FIELDS } } }"),
    ("HistoryMember", "query ($registered: String!) {"
                      " phoneHolders(where: {phone: $registered}) { historyMember { FIELDS } } }"),
    ("MemberAccount", "query ($current: ID!) { member(id: $current) { account { FIELDS } } }"),
    ("MemberAccount of the past", "query ($former: ID!) { historyMember(id: $former) { account { FIELDS } } }"),
    ("Member", "query ($id: ID!) { member(id: $id) { validationResults { member { FIELDS } } } }"),
    ("Member", "query ($asked: ID!) { approvalRequest(id: $asked) { member { FIELDS } } }"),
    ("HistoryMember", "query ($left: ID!) { approvalRequest(id: $left) { historyMember { FIELDS } } }"),
    ("Member", "{ changes(types: [MEMBER_CHANGED]) { nodes { member { FIELDS } } } }"),
    ("HistoryMember", "{ changes(types: [MEMBER_LEFT]) { nodes { historyMember { FIELDS } } } }"),
    ("HistoryMember", "query ($id: ID!) { historyMember(id: $id) { FIELDS } }"),
    ("HistoryMember", "query ($id: ID!) { node(id: $id) { ... on HistoryMember { FIELDS } } }"),
    ("HistoryMember", "query ($who: String) {"
                      " historyMembers(where: {identityNumber: {exact: $who}}) { nodes { FIELDS } } }"),
    ("HistoryMember", "query ($who: String) {"
                      " historyMembers(where: {identityNumber: {exact: $who}}) { edges { node { FIELDS } } } }"),
    ("Account", "query ($id: ID!) { account(id: $id) { FIELDS } }"),
    ("Account", "query ($id: ID!) { node(id: $id) { ... on Account { FIELDS } } }"),
    ("Account", "query ($id: ID!) { nodes(ids: [$id]) { ... on Account { FIELDS } } }"),
    ("Account", "query ($who: String) { accounts(where: {identityNumber: {exact: $who}}) { nodes { FIELDS } } }"),
    ("Account", "query ($who: String) { accounts(where: {identityNumber: {exact: $who}}) { edges { node { FIELDS } } } }"),
)  # fmt: skip
CHANGES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("suspendAccount", {}),
    ("resumeAccount", {}),
    ("setAccountName", {"name": "李建国"}),
    ("changeAccountRole", {"role": "AUDITOR"}),
    ("changeAccountPhone", {}),
    ("resendActivationCode", {}),
    ("changeAccountOrganization", {}),
    ("unlockAccount", {}),
    ("revokeAccount", {}),
)
OPENED = "OpenAccountPayload.account"
MEMBER_CHANGES = (
    ("updateMember", Role.ADMINISTRATOR),
    ("renameMember", Role.ADMINISTRATOR),
    ("beginTransfer", Role.PARTNER),
    ("cancelTransfer", Role.PARTNER),
    ("beginTransfer", Role.PARTNER),
    ("completeTransfer", Role.PARTNER),
)
RESTORED = "RestoreMemberPayload.member"
STREAMED = "MemberSnapshotPage.members"
"""tests/api/test_changes.py takes one."""
OF_ACCOUNTS = {"ChangeRegisteredPhonePayload.member", "ReleasePhonePayload.account"}


@pytest.fixture(params=[COMPILED, GRAPHQL_CORE])
async def masking(request: pytest.FixtureRequest, own_province_url: str) -> AsyncIterator[Api]:
    own = Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), MATRIX, executor=request.param)
    yield own
    await own.http.aclose()
    await own.database.close()


def masked_fields(type_name: str) -> dict[str, str]:
    """Name in the schema → column."""
    names = [name for name in MASKED if name.startswith(f"{type_name}.")]
    return {coordinate(name).partition(".")[2]: column_of(name) for name in names}


def fields_of(document: str) -> Iterator[str]:
    """As `Type.field`, all that the document asks for."""
    info, found = TypeInfo(CORE), []

    class Noting(Visitor):
        def enter_field(self, node: Any, *_: Any) -> None:
            parent = info.get_parent_type()
            assert parent is not None
            found.append(f"{parent.name}.{node.name.value}")

    visit(parse(document), TypeInfoVisitor(info, Noting()))
    yield from found


def shown_in(answer: Any, type_name: str) -> list[dict[str, Any]]:
    """The objects of the answer that hold the masked fields of the type."""
    if isinstance(answer, list):
        return [shown for part in answer for shown in shown_in(part, type_name)]
    if not isinstance(answer, dict):
        return []
    if answer.keys() == masked_fields(type_name).keys():
        return [answer]
    return [shown for part in answer.values() for shown in shown_in(part, type_name)]


def test_every_place_that_gives_such_a_record_is_tried() -> None:
    types = {name.partition(".")[0] for name in MASKED}
    wanted = {
        f"{kind.name}.{name}"
        for kind in CORE.type_map.values()
        for name, field in getattr(kind, "fields", {}).items()
        if hasattr(field, "args") and get_named_type(field.type).name in {*types, "Node"}
    }
    assert {"Query.node", "MemberEdge.node", "SetAccountNamePayload.account"} <= wanted
    read = {place for _, document in READS for place in fields_of(document.replace("FIELDS", "id"))}
    changed = {f"{name[0].upper()}{name[1:]}Payload.account" for name, _ in CHANGES}
    changed |= {f"{name[0].upper()}{name[1:]}Payload.member" for name, _ in MEMBER_CHANGES}
    assert wanted <= {*read, *changed, OPENED, RESTORED, STREAMED, *OF_ACCOUNTS}


async def test_masked_fields_are_answered_masked_wherever_they_are_read(
    masking: Api, county: OrganizationRecord, register: Register
) -> None:
    member, gone = registered_members(register, county)[:2]
    asked_for = {each.id: await ask_for(masking, each) for each in (member, gone)}
    async with masking.database.writing() as session:
        departure = Departure(HistoryKind.OTHER, masking.clock(), "-", asked_for[gone.id])
        await archive_member(session, gone.id, departure)
        breach = {"member_id": member.id, "rule": "PHOTO_MISSING", "org_path": member.org_path}
        await session.execute(insert(ValidationResult).values(breach))
        await session.execute(update(Member).where(Member.id == member.id).values(floating=~Member.floating))
    await numbered(masking.database.url)
    account = await opened_account(masking.database, county.id)
    records: dict[str, tuple[Role, int, Any]] = {
        "Member": (Role.ADMINISTRATOR, member.id, member),
        "HistoryMember": (Role.ADMINISTRATOR, gone.id, gone),
        "Account": (Role.SECURITY_OFFICER, account.account_id, account),
        "MemberAccount": (Role.ADMINISTRATOR, member.id, member._replace(phone=mobile_of(member.id))),
        "MemberAccount of the past": (Role.ADMINISTRATOR, gone.id, gone._replace(phone=mobile_of(gone.id))),
    }
    for whose, document in READS:
        role, number, record = records[whose]
        type_name = whose.partition(" ")[0]
        variables = {"id": encoded(type_name, number), "who": record.identity_number, "at": global_id(county)}
        variables |= {"phone": record.phone, "registered": mobile_of(gone.id)}
        variables |= {"current": encoded("Member", member.id), "former": encoded("HistoryMember", gone.id)}
        variables |= {"asked": encoded("ApprovalRequest", asked_for[member.id])}
        variables |= {"left": encoded("ApprovalRequest", asked_for[gone.id])}
        asked = document.replace("FIELDS", " ".join(masked_fields(type_name)))
        given = {name: value for name, value in variables.items() if f"${name}:" in asked}
        answer = (await masking.as_(county, role).post(asked, given)).json()
        columns = masked_fields(type_name)
        masked = {name: MASKS[column](getattr(record, column)) for name, column in columns.items()}
        assert shown_in(answer, type_name) == [masked], asked


async def test_masked_fields_of_whoever_is_restored_are_answered_masked(
    masking: Api, county: OrganizationRecord, register: Register
) -> None:
    member = next(m for m in register.members_in(county) if m.phone and m.home_address)
    async with masking.database.writing() as session:
        request_id = await ask_for(masking, member)
        await archive_member(session, member.id, Departure(HistoryKind.OTHER, masking.clock(), "-", request_id))
    columns = masked_fields("Member")
    query = f"mutation ($input: RestoreMemberInput!) {{ restoreMember(input: $input) {{ member {{ {' '.join(columns)} }} }} }}"
    given = {"id": encoded("HistoryMember", member.id), "reason": "-"}
    answer = await masking.as_(county).ask(query, {"input": given})
    assert answer["restoreMember"]["member"] == {
        name: MASKS[column](getattr(member, column)) for name, column in columns.items()
    }


def registered_members(register: Register, county: OrganizationRecord) -> list[MemberRecord]:
    """With all that can be masked, and an account of their own."""
    return [m for m in register.members_in(county) if m.phone and m.home_address and is_registered(m)]


async def test_masked_fields_are_answered_masked_by_what_changes_members_accounts(
    masking: Api, county: OrganizationRecord, register: Register
) -> None:
    member, gone = registered_members(register, county)[:2]
    request_id, caller = await ask_for(masking, gone), masking.as_(county)
    async with masking.database.writing() as session:
        await archive_member(session, gone.id, Departure(HistoryKind.DECEASED, masking.clock(), "-", request_id))
    release = 'mutation ($id: ID!) { releasePhone(input: {id: $id, reason: "-"}) { account { phone } } }'
    released = await caller.ask(release, {"id": encoded("HistoryMember", gone.id)})
    assert released["releasePhone"] == {"account": {"phone": MASKS["phone"](mobile_of(gone.id))}}
    phone, columns = a_new_phone(), masked_fields("Member")
    query = CHANGE.replace("member { id", f"member {{ id {' '.join(columns)}")
    given = {"memberId": encoded("Member", member.id), **await sent_code(caller, member, phone)}
    changed = (await caller.ask(query, {"input": given}))["changeRegisteredPhone"]["member"]
    assert changed == {
        "id": encoded("Member", member.id),
        "account": {"phone": MASKS["phone"](phone), "state": "ACTIVE"},
        **{name: MASKS[column](getattr(member, column)) for name, column in columns.items()},
    }


async def ask_for(api: Api, member: MemberRecord) -> int:
    """The id of a request that the member leave."""
    values = {
        "kind": RequestKind.OTHER_REMOVAL.value,
        "member_id": member.id,
        "member_name": member.name,
        "changes": None,
        "branch_id": member.branch_id,
        "org_path": member.org_path,
        "reason": "-",
        "requested_by": "somebody",
        "requested_at": api.clock(),
        "requester_organization_id": member.branch_id,
        "requester_path": member.org_path,
    }
    async with api.database.writing() as session:
        return (await add_request(session, values)).id


async def test_masked_fields_of_accounts_are_answered_masked_by_what_changes_them(
    masking: Api, county: OrganizationRecord, register: Register
) -> None:
    office = SecurityOffice(masking, county)
    person = somebody() | {"name": "张建国"}
    account = await office.opens(**person)
    below = next(o for o in register.organizations.values() if o.path.startswith(county.path) and o.id != county.id)
    phone = somebody()["phone"]
    further = {
        "changeAccountPhone": {"phone": phone},
        "changeAccountOrganization": {"organizationId": global_id(below)},
    }
    assert shown(account) == masks_of(person)
    for mutation, given in CHANGES:
        if mutation == "unlockAccount":
            await activated(office, account)
        payload = await office.does(mutation, account, **given, **further.get(mutation, {}))
        assert payload["errors"] == [], mutation
        account = payload["account"]
        person |= {"name": given.get("name", person["name"])}
        person |= {"phone": phone} if mutation == "changeAccountPhone" else {}
        assert shown(account) == masks_of(person), mutation


async def test_masked_fields_of_members_are_answered_masked_by_what_changes_them(
    masking: Api, county: OrganizationRecord, register: Register
) -> None:
    member = next(m for m in register.members_in(county) if m.phone and m.home_address and not m.transfer_in_progress)
    branches = register.of_kind(OrganizationKind.BRANCH)
    there = next(o for o in branches if o.path.startswith(county.path) and o.id != member.branch_id)
    further: dict[str, dict[str, Any]] = {
        "updateMember": {"version": member.version},
        "renameMember": {"name": "李爱国"},
        "completeTransfer": {"branchId": global_id(there)},
    }
    columns = masked_fields("Member")
    masked = {name: MASKS[column](getattr(member, column)) for name, column in columns.items()}
    for mutation, role in MEMBER_CHANGES:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ member {{ {' '.join(columns)} }} }} }}"
        given = {"id": encoded("Member", member.id), **further.get(mutation, {})}
        answer = await masking.as_(county, role).ask(query, {"input": given})
        assert answer[mutation]["member"] == masked, mutation


def shown(account: Mapping[str, Any]) -> dict[str, Any]:
    return {name: account[name] for name in masked_fields("Account")}


def masks_of(person: Mapping[str, Any]) -> dict[str, str]:
    return {name: MASKS[column](person[name]) for name, column in masked_fields("Account").items()}
