"""幂等键: each mutation, made again under the same key, gives its first outcome, and nothing is saved twice."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, text

from domain.members import draft_of, problems_of
from domain.records import OrganizationRecord
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import Database, connect
from storage.models import Message
from tests.asking import AUDIT_KEY, Api
from tests.keyed_calls import MUTATIONS, PREPARED, World
from tests.oracle import Register
from tests.waiting import locked, results_behind_a_lock, superuser_of, until_blocked

SAVED = text("""SELECT
  (SELECT count(*) FROM audit_entries WHERE kind IN ('CHANGE', 'EXPORT', 'DECISION', 'ACCOUNT', 'PARTNER', 'PERMISSION')),
  (SELECT count(*) FROM messages), (SELECT count(*) FROM accounts), (SELECT count(*) FROM clients),
  (SELECT sum(count) FROM rate_limits), (SELECT sum(version) FROM members), (SELECT sum(version) FROM accounts),
  (SELECT sum(version) FROM clients), (SELECT count(*) FROM approval_requests), (SELECT count(*) FROM idempotency_keys)
""")
"""What grows with whatever is saved."""
NEVER_STORED = text("SELECT count(*) FROM idempotency_keys k WHERE k::text LIKE '%' || CAST(:value AS text) || '%'")


@pytest.fixture(scope="module")
def own_url(clone: Callable[[str], str], province_template: str) -> str:
    return clone(province_template)


@pytest.fixture(scope="module")
async def own_database(own_url: str) -> AsyncIterator[Database]:
    database = connect(own_url, connections=20, audit_key=AUDIT_KEY)
    yield database
    await database.close()


@pytest.fixture(scope="module")
async def own_api(own_database: Database) -> AsyncIterator[Api]:
    application = Api(own_database)
    yield application
    await application.http.aclose()


@pytest.fixture(scope="module", params=[COMPILED, GRAPHQL_CORE])
async def either_api(own_api: Api, request: pytest.FixtureRequest) -> AsyncIterator[Api]:
    application = Api(own_api.database, key=own_api.key, executor=request.param)
    yield application
    await application.http.aclose()


@pytest.fixture(scope="module")
def sound(register: Register) -> Any:
    """Members whose records can be saved as they are, each given out once."""
    return (
        member
        for member in register.members
        if not problems_of(draft_of(member), register.day) and not member.transfer_in_progress
    )


@pytest.fixture
def world(own_api: Api, register: Register, province_committee: OrganizationRecord, sound: Any) -> World:
    return World(own_api, register, province_committee, sound)


async def saved(database: Database) -> tuple[Any, ...]:
    return (await database.rows(SAVED))[0]


def test_every_mutation_is_tried() -> None:
    assert PREPARED.keys() == MUTATIONS.keys()


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_repetition_gives_the_first_outcome_and_saves_nothing(
    world: World, either_api: Api, own_database: Database, mutation: str
) -> None:
    world = replace(world, api=either_api)
    call = await world.call_of(mutation)
    before = await saved(own_database)
    first = await call.answer()
    after = await saved(own_database)
    assert first.get("errors", []) == []
    assert after != before
    assert await call.answer() == first
    assert await call.answer() == first
    assert await saved(own_database) == after


async def test_a_picture_is_answered_once_at_the_same_moment_too(world: World, own_database: Database) -> None:
    """The second may be refused, for the picture is answered before the key is claimed; later it is given the outcome."""
    call = await world.call_of("sendPhoneCode")
    messages = select(func.count()).select_from(Message)
    before = await own_database.number(messages)
    payloads = await asyncio.gather(call.answer(), call.answer())
    first = next(payload for payload in payloads if payload["codeId"])
    assert all(payload == first or errors(payload) == [("WRONG_CAPTCHA", ["captchaAnswer"])] for payload in payloads)
    assert await call.answer() == first
    assert await own_database.number(messages) == before + 1


# Of showCaptcha nothing is recorded; for sendPhoneCode see the test before.
@pytest.mark.parametrize("mutation", sorted(MUTATIONS.keys() - {"sendPhoneCode", "showCaptcha"}))
async def test_of_two_at_the_same_moment_one_saves_and_both_give_the_outcome(
    world: World, own_url: str, own_database: Database, mutation: str
) -> None:
    call = await world.call_of(mutation)
    before = await saved(own_database)
    first, second = await results_behind_a_lock(own_url, "audit_entries", call.answer(), call.answer())
    assert first == second
    assert first.get("errors", []) == []
    after = await saved(own_database)
    assert after != before
    assert await call.answer() == first
    assert await saved(own_database) == after


@pytest.mark.parametrize("mutation", ["openAccount", "importAccounts"])
async def test_what_the_first_call_has_just_saved_does_not_stand_in_the_way_of_the_second(
    world: World, own_url: str, mutation: str
) -> None:
    """It looks for the key before the first call commits, and for accounts with the same phone after that."""
    call = await world.call_of(mutation)

    async def hold_back_whoever_reads_accounts() -> None:
        async with locked(own_url, "accounts", "ACCESS EXCLUSIVE"):
            pass

    async with superuser_of(own_url) as watching:
        async with locked(own_url, "audit_entries"):
            first = asyncio.create_task(call.answer())
            await until_blocked(watching, 1)
            holding = asyncio.create_task(hold_back_whoever_reads_accounts())
            await until_blocked(watching, 2)
            second = asyncio.create_task(call.answer())
            await until_blocked(watching, 3)
        await holding
    assert (await first).get("errors") == []
    assert await second == await first


@pytest.mark.parametrize("mutation", sorted(MUTATIONS.keys() - {"showCaptcha"}))  # which has no input
async def test_another_input_under_the_same_key_is_refused(world: World, own_database: Database, mutation: str) -> None:
    call, another = await world.call_of(mutation), await world.call_of(mutation)
    if "expectedVersion" in another.given:  # of the matrix, of which there is but one
        another = another.otherwise(note="another")
    elif mutation == "registerPartner":
        another = another.otherwise(name="另一系统")
    await call.answer()
    before = await saved(own_database)
    payload = await replace(another, key=call.key, caller=call.caller).answer()
    if mutation != "updateMembers":
        assert errors(payload) == [("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])]
    else:
        assert [errors(each) for each in payload["results"]] == [[("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])]] * 3
    assert await saved(own_database) == before


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_a_key_that_is_none_is_refused_and_nothing_saved(
    world: World, own_database: Database, mutation: str
) -> None:
    call = replace(await world.call_of(mutation), key="")
    before = await saved(own_database)
    assert (await call.refused())["extensions"]["code"] == "BAD_USER_INPUT"
    assert await saved(own_database) == before


@pytest.mark.parametrize("mutation", MUTATIONS)
async def test_neither_the_key_nor_what_was_sent_is_stored(world: World, own_database: Database, mutation: str) -> None:
    call = await world.call_of(mutation)
    await call.answer()
    texts = [
        value for value in call.given.values() if isinstance(value, str) and len(value) > 8
    ]  # fewer digits stand in any hash
    for value in (call.key, *texts):
        assert (await own_database.rows(NEVER_STORED.bindparams(value=value)))[0][0] == 0, value


def errors(payload: dict[str, Any]) -> list[tuple[str, list[str]]]:
    return [(error["code"], error["path"]) for error in payload["errors"]]
