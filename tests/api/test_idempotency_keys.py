"""幂等键: whose a key is, how long it is good for, and what becomes of calls that were refused or cut off."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from domain.codes import OrganizationKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from storage.expired import clear_expired
from storage.models import AuditEntry, IdempotencyKey, Member
from tests.accounts import ACTIVATION_CODE
from tests.api.test_partners import token_of
from tests.keyed_calls import KeyedCall, World, own_world
from tests.losing import lose_connections
from tests.oracle import Register

REUSED = ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])


@pytest.fixture
async def world(
    own_province_url: str, register: Register, province_committee: OrganizationRecord
) -> AsyncIterator[World]:
    async with own_world(own_province_url, register, province_committee) as world:
        yield world


@pytest.fixture
async def update_of_a_member(world: World) -> KeyedCall:
    return await world.call_of("updateMember")


def errors(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def changes_recorded(world: World) -> int:
    return await world.api.database.number(select(func.count()).where(AuditEntry.operation == "updateMember"))


async def let_pass(world: World, hours: int) -> None:
    """The clock of the keys is PostgreSQL's."""
    earlier = IdempotencyKey.created_at - timedelta(hours=hours)
    async with world.api.database.writing() as session:
        await session.execute(update(IdempotencyKey).values(created_at=earlier))
    await clear_expired(world.api.database)


class TestWhoseItIs:
    async def test_another_person_may_use_the_same_key(self, world: World, update_of_a_member: KeyedCall) -> None:
        await update_of_a_member.answer()
        of_another = replace(update_of_a_member, caller=world.person("another"))
        assert errors(await of_another.answer()) == [("CONFLICT", ["version"])]
        other = replace(await world.call_of("updateMember"), key=update_of_a_member.key, caller=world.person("another"))
        assert errors(await other.answer()) == []

    async def test_another_mutation_may_use_the_same_key(self, world: World, update_of_a_member: KeyedCall) -> None:
        await update_of_a_member.answer()
        asked = replace(await world.call_of("submitLeaving"), key=update_of_a_member.key)
        assert errors(await asked.answer()) == []

    async def test_without_a_key_each_call_counts(self, update_of_a_member: KeyedCall) -> None:
        for absent in (replace(update_of_a_member, key=None), replace(update_of_a_member, key=None)):  # type: ignore[arg-type] # null
            outcome = errors(await absent.answer())
        assert outcome == [("CONFLICT", ["version"])]


@pytest.mark.parametrize("key", ["", "k" * 101, "two\nlines", "null\0", "\u200b"])
async def test_a_key_is_short_and_printable(world: World, update_of_a_member: KeyedCall, key: str) -> None:
    error = await replace(update_of_a_member, key=key).refused()
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert await changes_recorded(world) == 0


@pytest.mark.parametrize("key", ["1", "k" * 100, "张三 第1次", "2f1c6c52-7f0e-4d3c-9a57-0a5d6b7b6f10"])
async def test_any_other_key_will_do(world: World, update_of_a_member: KeyedCall, key: str) -> None:
    call = replace(update_of_a_member, key=key)
    assert await call.answer() == await call.answer()
    assert await changes_recorded(world) == 1


class TestWhatIsRefused:
    async def test_it_leaves_the_key_free_for_what_was_mended(
        self, world: World, update_of_a_member: KeyedCall
    ) -> None:
        wrong = update_of_a_member.otherwise(phone="12")
        assert errors(await wrong.answer()) == [("PHONE_INVALID", ["phone"])]
        assert errors(await wrong.answer()) == [("PHONE_INVALID", ["phone"])]
        assert errors(await wrong.otherwise(phone="13912345678").answer()) == []
        assert await changes_recorded(world) == 1

    async def test_not_found_leaves_it_free_too(self, update_of_a_member: KeyedCall) -> None:
        error = await update_of_a_member.otherwise(id=encoded("Member", 10**9)).refused()
        assert error["extensions"]["code"] == "NOT_FOUND"
        assert errors(await update_of_a_member.answer()) == []

    async def test_a_dry_run_leaves_it_free(self, world: World) -> None:
        imported = await world.call_of("importAccounts")
        assert (await imported.otherwise(dryRun=True).answer())["saved"] == 0
        assert (await imported.answer())["saved"] == 3


async def test_the_outcome_is_the_record_as_it_is_now(world: World, update_of_a_member: KeyedCall) -> None:
    first = await update_of_a_member.answer()
    version = first["member"]["version"]
    later = world.calls(world.person("another"), "updateMember", id=first["member"]["id"], version=version)
    await later.otherwise(homeAddress="济南市某路 2 号").answer()
    again = await update_of_a_member.answer()
    assert (errors(again), again["member"]["version"]) == ([], version + 1)


async def test_what_has_left_the_scope_is_not_shown_again(world: World) -> None:
    call = await world.call_of("updateMember")
    member = next(m for m in world.register.members if encoded("Member", m.id) == call.given["id"])
    counties = world.register.of_kind(OrganizationKind.COUNTY)
    here = next(o for o in counties if member.org_path.startswith(o.path))
    branches = (o for o in world.register.of_kind(OrganizationKind.BRANCH) if not o.path.startswith(here.path))
    of_county = replace(call, caller=world.api.as_(here))
    assert (await of_county.answer())["member"]["id"] == call.given["id"]
    elsewhere = next(branches)
    async with world.api.database.writing() as session:
        moved = {"branch_id": elsewhere.id, "org_path": elsewhere.path}
        await session.execute(update(Member).where(Member.id == member.id).values(moved))
    assert await of_county.answer() == {"member": None, "errors": []}


async def test_after_a_day_a_key_is_as_any_other(world: World, update_of_a_member: KeyedCall) -> None:
    await update_of_a_member.answer()
    await let_pass(world, hours=23)
    assert errors(await update_of_a_member.answer()) == []
    await let_pass(world, hours=2)
    assert errors(await update_of_a_member.answer()) == [("CONFLICT", ["version"])]


async def test_a_holder_gets_one_message_however_often_it_is_sent(world: World) -> None:
    opened = await world.call_of("openAccount")
    for _ in range(5):
        assert errors(await opened.answer()) == []
    [message] = await world.office.messages_to(opened.given["phone"])
    assert ACTIVATION_CODE.search(message)


async def test_a_repetition_does_not_count_against_a_rate_limit(world: World) -> None:
    resent = await world.call_of("resendActivationCode")
    for _ in range(5):
        assert errors(await resent.answer()) == []


class TestSecretsOfPartners:
    async def test_a_lost_answer_does_not_cost_the_secret(self, world: World) -> None:
        call = await world.call_of("registerPartner")
        first, again = await call.answer(), await call.answer()
        assert first["secret"] == again["secret"]
        partner = await self.client_of(world, first)
        assert await token_of(world.api, partner, again["secret"]) is not None

    async def test_one_that_was_replaced_is_not_told_again(self, world: World) -> None:
        registered = await world.call_of("registerPartner")
        first = await registered.answer()
        officer = world.office.officer
        rotated = world.calls(officer, "rotatePartnerSecret", id=first["partner"]["id"])
        second = await rotated.answer()
        assert second["secret"] not in (None, first["secret"])
        assert await rotated.answer() == second
        assert (await registered.answer())["secret"] is None

    async def test_the_same_key_makes_another_secret_after_it_has_expired(self, world: World) -> None:
        first = await (await world.call_of("registerPartner")).answer()
        rotated = world.calls(world.office.officer, "rotatePartnerSecret", id=first["partner"]["id"])
        secrets = [(await rotated.answer())["secret"]]
        await let_pass(world, hours=25)
        secrets.append((await rotated.answer())["secret"])
        assert len({first["secret"], *secrets}) == 3

    async def client_of(self, world: World, payload: dict[str, Any]) -> str:
        query = "query ($id: ID!) { node(id: $id) { ... on Partner { clientId } } }"
        found = await world.office.officer.ask(query, {"id": payload["partner"]["id"]})
        return str(found["node"]["clientId"])


class TestInOneOperation:
    QUERY = """mutation ($one: UpdateMemberInput!, $two: UpdateMemberInput!) {
      one: updateMember(input: $one) { member { version } errors { code } }
      two: updateMember(input: $two) { member { version } errors { code } } }"""

    async def test_the_same_key_twice_saves_once(self, world: World, update_of_a_member: KeyedCall) -> None:
        given = {**update_of_a_member.given, "idempotencyKey": "one"}
        answer = await update_of_a_member.caller.ask(self.QUERY, {"one": given, "two": given})
        assert answer["one"] == answer["two"]
        assert await changes_recorded(world) == 1

    async def test_each_has_its_own_key(self, world: World, update_of_a_member: KeyedCall) -> None:
        one = {**update_of_a_member.given, "idempotencyKey": "one"}
        two = {**one, "version": one["version"] + 1, "homeAddress": "济南市某路 2 号", "idempotencyKey": "two"}
        first = await update_of_a_member.caller.ask(self.QUERY, {"one": one, "two": two})
        assert [first[name]["errors"] for name in ("one", "two")] == [[], []]
        again = await update_of_a_member.caller.ask(self.QUERY, {"one": one, "two": two})
        assert [again[name]["errors"] for name in ("one", "two")] == [[], []]
        assert await changes_recorded(world) == 2


class TestCutOff:
    async def test_what_was_lost_before_the_commit_is_saved_by_the_repetition(
        self, world: World, own_province_url: str, update_of_a_member: KeyedCall
    ) -> None:
        lose_connections(own_province_url, first=1, last=1)
        query = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
        given = {**update_of_a_member.given, "idempotencyKey": update_of_a_member.key}
        lost = (await update_of_a_member.caller.post(query, {"input": given})).json()
        assert [error["extensions"]["code"] for error in lost["errors"]] == ["DATABASE_UNAVAILABLE"]
        assert errors(await update_of_a_member.answer()) == []
        assert errors(await update_of_a_member.answer()) == []
        assert await changes_recorded(world) == 1

    async def test_a_list_that_was_cut_off_goes_on_where_it_was(self, world: World, own_province_url: str) -> None:
        changes = [(await world.call_of("updateMember")).given for _ in range(5)]
        call = world.calls(world.person("administrator"), "updateMembers", members=changes)
        lose_connections(own_province_url, first=3, last=3)
        first = await call.answer()
        assert [errors(result) for result in first["results"]] == [
            [],
            [],
            [("OUTCOME_UNKNOWN", [])],
            [("NOT_TRIED", [])],
            [("NOT_TRIED", [])],
        ]
        assert await changes_recorded(world) == 2
        again = await call.answer()
        assert (again["changedCount"], again["refusedCount"]) == (5, 0)
        assert [result["member"]["version"] for result in again["results"]] == [
            change["version"] + 1 for change in changes
        ]
        assert await changes_recorded(world) == 5
        assert await call.answer() == again

    async def test_another_list_under_the_same_key_saves_nothing(self, world: World) -> None:
        changes = [(await world.call_of("updateMember")).given for _ in range(3)]
        call = world.calls(world.person("administrator"), "updateMembers", members=changes[:1])
        await call.answer()
        longer = await call.otherwise(members=changes).answer()
        assert [errors(result) for result in longer["results"]] == [[REUSED]] * 3
        assert await changes_recorded(world) == 1

    async def test_a_change_within_a_list_has_no_key_of_its_own(self, world: World) -> None:
        [one] = [(await world.call_of("updateMember")).given]
        query = "mutation ($input: UpdateMembersInput!) { updateMembers(input: $input) { changedCount } }"
        given = {"members": [{**one, "idempotencyKey": "one"}]}
        error = await world.person("administrator").refused(query, {"input": given})
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert await changes_recorded(world) == 0
