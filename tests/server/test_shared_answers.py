"""What many are told alike is worked out once; what depends on who asks is not shared, nor is the audit log's entry."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from auth.actor import Actor, Role
from domain.codes import AuditKind
from domain.records import MemberRecord, OrganizationRecord
from resolvers.context import RequestContext
from server.operations.shared_answers import Peers
from server.watched_callers import WatchedCaller
from tests.audit import entries_of_kind
from tests.editing import change
from tests.listened import ListenedRegister, listened_to
from tests.oracle import Register
from tests.sockets import Socket, socket

FACTS = "subscription ($after: String) { changes(after: $after) { cursor type changedFields } }"
RECORDS = "subscription Names($after: String) { changes(after: $after) { type member { name homeAddress } } }"


@pytest.fixture
async def listened(own_province_url: str, province_committee: OrganizationRecord) -> AsyncIterator[ListenedRegister]:
    async with listened_to(own_province_url, province_committee, "compiled") as listened:
        yield listened


@pytest.fixture
def inside(register: Register, county: OrganizationRecord) -> MemberRecord:
    return register.members_in(county)[0]


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """By whom, each time that something is worked out for all who are alike."""
    found: list[str] = []
    begin = Peers._worked_out

    def noted(peers: Peers, event: Any, context: RequestContext, variables: dict[str, Any]) -> Any:
        found.append(context.actor.subject)
        return begin(peers, event, context, variables)

    monkeypatch.setattr(Peers, "_worked_out", noted)
    return found


@asynccontextmanager
async def following(listened: ListenedRegister, query: str, *tokens: str) -> AsyncIterator[Sequence[Socket]]:
    """From now on, whatever each asks with: the cursor is one variable among others."""
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(socket(listened.place, token)) for token in tokens]
        for each in sockets:
            await each.subscribe("{ changeCursor }", "0")
            after = (await each.next_data())["changeCursor"]
            assert (await each.receive())["type"] == "complete"
            await each.subscribe(query, after=after)
        yield sockets


def token_of(
    listened: ListenedRegister, subject: str, place: OrganizationRecord, role: Role = Role.ADMINISTRATOR
) -> str:
    return listened.api.authority.issue(subject, role, place, timedelta(hours=1))


def set_address(listened: ListenedRegister, member: MemberRecord, value: str) -> None:
    listened.execute(f"UPDATE members SET home_address = '{value}' WHERE id = {member.id}")


async def test_what_all_are_told_alike_is_worked_out_once(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord, worked_out: list[str]
) -> None:
    tokens = [token_of(listened, subject, county) for subject in ("one", "two", "three")]
    async with following(listened, FACTS, *tokens) as followers:
        for number in range(3):
            set_address(listened, inside, f"新{number}")
            told = [(await each.next_data())["changes"] for each in followers]
            assert told[0]["changedFields"] == ["homeAddress"]
            assert told == [told[0]] * 3
            assert len(worked_out) == number + 1


async def test_others_have_answers_of_their_own(
    listened: ListenedRegister,
    county: OrganizationRecord,
    province_committee: OrganizationRecord,
    inside: MemberRecord,
    worked_out: list[str],
) -> None:
    await listened.officer.edits(change("Member.homeAddress", role=Role.PARTNER, read="HIDDEN"))
    tokens = [
        token_of(listened, "one", county),
        token_of(listened, "partner", county, Role.PARTNER),
        token_of(listened, "above", province_committee),
    ]
    async with following(listened, FACTS, *tokens) as (one, partner, above):
        listened.execute(f"UPDATE members SET home_address = '新', phone = '13900000001' WHERE id = {inside.id}")
        assert (await one.next_data())["changes"]["changedFields"] == ["homeAddress", "phone"]
        assert (await partner.next_data())["changes"]["changedFields"] == ["phone"]
        assert (await above.next_data())["changes"]["changedFields"] == ["homeAddress", "phone"]
    assert sorted(worked_out) == ["above", "one", "partner"]


async def test_whoever_is_told_of_a_record_has_looked_it_up(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord, worked_out: list[str]
) -> None:
    tokens = [token_of(listened, subject, county) for subject in ("one", "two")]
    async with following(listened, RECORDS, *tokens) as followers:
        set_address(listened, inside, "新")
        told = [(await each.next_data())["changes"] for each in followers]
        assert told == [{"type": "MEMBER_CHANGED", "member": {"name": inside.name, "homeAddress": "新"}}] * 2
    entries = await entries_of_kind(listened.api.database, AuditKind.ARCHIVE_LOOKUP)
    assert sorted(entry.actor for entry in entries if entry.operation == "Names") == ["one", "two"]
    assert len(worked_out) == 1


async def test_an_answer_that_depends_on_who_asks_is_given_to_nobody_else(
    listened: ListenedRegister,
    county: OrganizationRecord,
    inside: MemberRecord,
    worked_out: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def naming(context: RequestContext) -> str:
        asked.append(context.actor.subject)
        return context.actor.scope

    asked: list[str] = []
    monkeypatch.setattr(RequestContext, "scope", property(naming))
    tokens = [token_of(listened, subject, county) for subject in ("one", "two")]
    async with following(listened, RECORDS, *tokens) as followers:
        for number in range(2):
            asked.clear()
            set_address(listened, inside, f"新{number}")
            for each in followers:
                assert (await each.next_data())["changes"]["member"]["homeAddress"] == f"新{number}"
            assert {"one", "two"} <= set(asked)
    assert len(worked_out) == 1


async def test_a_record_is_told_as_it_was_after_each_change(
    listened: ListenedRegister, county: OrganizationRecord, inside: MemberRecord
) -> None:
    """However many changes come together, the last of them tells what the register holds."""
    tokens = [token_of(listened, subject, county) for subject in ("one", "two")]
    async with following(listened, RECORDS, *tokens) as followers:
        for number in range(20):
            set_address(listened, inside, f"新{number}")
        for each in followers:
            told = [(await each.next_data())["changes"]["member"]["homeAddress"] for _ in range(20)]
            for number, address in enumerate(told):
                assert int(address.removeprefix("新")) >= number
            assert told[-1] == "新19"


async def test_whoever_becomes_another_meanwhile_works_out_nothing_for_the_others(
    listened: ListenedRegister,
    county: OrganizationRecord,
    inside: MemberRecord,
    worked_out: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first has been moved away, of which its peers are not to be told a thing."""
    fresh = WatchedCaller.fresh_context

    async def moved_away(caller: WatchedCaller) -> RequestContext:
        context = await fresh(caller)
        if context.actor.subject != "moved":
            return context
        known = {each.name: getattr(context.actor, each.name) for each in fields(Actor)}
        return replace(context, actor=Actor(**{**known, "organization": county._replace(path="1/")}))

    monkeypatch.setattr(WatchedCaller, "fresh_context", moved_away)
    tokens = [token_of(listened, subject, county) for subject in ("moved", "two", "three")]
    async with following(listened, FACTS, *tokens) as followers:
        set_address(listened, inside, "新")
        for each in followers:
            assert (await each.next_data())["changes"]["changedFields"] == ["homeAddress"]
    assert len(worked_out) == 1
    assert "moved" not in worked_out
