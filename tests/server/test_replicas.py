"""Two real PostgreSQL servers: queries are read at the replica, and nobody misses what they have written themselves."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from auth.actor import Role
from storage import embedded
from storage.beside import end_all
from storage.embedded import EmbeddedServer
from storage.statements import statement_of
from tests.asking import Caller
from tests.commands import wait_until
from tests.editing import Officer, change
from tests.replicas import Replica, streaming_replica
from tests.replicated import SAVE, Pair, paired

LONG = 3600.0
"""Seconds; no lag of a test is as long."""

FAST = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
ONE = "{ members(first: 1) { nodes { id version phone } } }"


@pytest.fixture(scope="module")
def primary(filled_folder: Path, run_folder: Path, worker_id: str) -> Iterator[EmbeddedServer]:
    folder = run_folder / f"primary-{worker_id}"
    subprocess.run(["cp", "-a", filled_folder, folder], check=True)
    server = embedded.start(folder, settings=FAST)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def standby(primary: EmbeddedServer, run_folder: Path, worker_id: str) -> Iterator[Replica]:
    with streaming_replica(primary, run_folder / f"standby-{worker_id}", FAST) as standby:
        yield standby


@pytest.fixture
async def pair(primary: EmbeddedServer, standby: Replica) -> AsyncIterator[Pair]:
    async with paired(primary.url, standby.url("dengta"), LONG) as pair:
        await pair.caught_up()
        yield pair


async def one(caller: Caller, **headers: str) -> dict[str, Any]:
    answer = (await caller.post(ONE, None, **headers)).json()
    member: dict[str, Any] = answer["data"]["members"]["nodes"][0]
    return member


async def test_a_query_is_read_at_the_replica(pair: Pair) -> None:
    before = await one(pair.caller("reader"))
    pair.stand_still()
    pair.on_primary("UPDATE members SET phone = '13900000001'")

    assert await one(pair.caller("reader")) == before

    pair.go_on()
    await pair.caught_up()
    assert (await one(pair.caller("reader")))["phone"] == "13900000001"


async def test_whoever_has_written_reads_what_they_wrote(pair: Pair) -> None:
    before = await one(pair.caller("writer"))
    pair.stand_still()

    await pair.saved(pair.caller("writer"), before, "13900000002")

    assert (await one(pair.caller("writer")))["phone"] == "13900000002"
    assert await one(pair.caller("reader")) == before


async def test_another_process_knows_by_what_is_sent_back(pair: Pair) -> None:
    async with paired(*pair.urls, LONG) as other:
        await other.caught_up()
        before = await one(pair.caller("writer"))
        pair.stand_still()
        written = await pair.saved(pair.caller("writer"), before, "13900000003")

        assert await one(other.caller("writer")) == before
        assert (await one(other.caller("writer"), **{"Dengta-Written": written}))["phone"] == "13900000003"
        sent = {"query": ONE, "extensions": {"written": written}}
        told = {"Authorization": f"Bearer {other.caller('writer').token}"}
        answer = (await other.api.http.post("/graphql", json=sent, headers=told)).json()
        assert answer["data"]["members"]["nodes"][0]["phone"] == "13900000003"


async def test_a_process_that_has_just_begun_reads_nothing_older_than_its_beginning(pair: Pair) -> None:
    pair.stand_still()
    pair.on_primary("UPDATE members SET phone = '13900000009'")
    async with paired(*pair.urls, LONG) as later:
        await later.replicas.look()
        assert (await one(later.caller("reader")))["phone"] == "13900000009"


async def test_once_it_has_been_replayed_the_replica_is_read_again(pair: Pair) -> None:
    before = await one(pair.caller("writer"))
    written = await pair.saved(pair.caller("writer"), before, "13900000004")
    await pair.caught_up()
    pair.stand_still()
    pair.on_primary("UPDATE members SET phone = '13900000005'")

    found = await one(pair.caller("writer"), **{"Dengta-Written": written})

    assert found["phone"] == "13900000004"


async def test_a_mutation_and_what_it_returns_are_read_at_the_primary(pair: Pair) -> None:
    before = await one(pair.caller("writer"))
    pair.stand_still()
    pair.on_primary("UPDATE members SET version = version + 1")
    values = {"id": before["id"], "version": before["version"] + 1, "phone": "13900000006"}

    saved = await pair.caller("writer").ask(SAVE, {"input": values})

    expected = {"member": {"version": before["version"] + 2, "phone": "13900000006"}, "errors": []}
    assert saved["updateMember"] == expected


async def test_what_is_read_after_a_cursor_of_changes_is_not_older_than_it(pair: Pair) -> None:
    pair.stand_still()
    pair.on_primary("UPDATE members SET phone = '13900000007'")

    cursor = await pair.caller("follower").post("{ changeCursor }")

    assert cursor.headers["Dengta-Written"]
    assert (await one(pair.caller("follower")))["phone"] == "13900000007"


async def test_permissions_are_never_those_of_a_replica(pair: Pair) -> None:
    reader, names = pair.caller("reader"), "{ members(first: 1) { nodes { name } } }"
    await reader.ask(names)
    pair.stand_still()

    await Officer(pair.caller("officer", Role.SECURITY_OFFICER)).edits(change("Member.name", read="HIDDEN"))

    assert (await reader.refused(names))["extensions"]["code"] == "FIELD_HIDDEN"


async def test_a_replica_that_lags_too_long_is_left_out_and_taken_in_again(pair: Pair) -> None:
    async with paired(*pair.urls, 0.2) as hurried:
        await hurried.caught_up()
        assert hurried.replicas.for_reading(0, "reader") is hurried.replica
        hurried.stand_still()
        hurried.on_primary("UPDATE members SET phone = '13900000008'")

        following = asyncio.create_task(hurried.replicas.follow())
        await asyncio.to_thread(wait_until, lambda: not hurried.replicas.is_read(hurried.replica))
        assert (await one(hurried.caller("reader")))["phone"] == "13900000008"
        ready = await hurried.api.http.get("/readyz")
        assert (ready.status_code, ready.json()) == (200, {"database": "ok", "replicas": ["left out"]})

        hurried.go_on()
        await asyncio.to_thread(wait_until, lambda: hurried.replicas.is_read(hurried.replica))
        assert (await hurried.api.http.get("/readyz")).json()["replicas"] == ["ok"]
        await end_all([following])


async def test_when_nobody_looks_any_more_the_primary_is_read(pair: Pair) -> None:
    async with paired(*pair.urls, 0.2) as hurried:
        await hurried.caught_up()
        wait_until(lambda: hurried.replicas.for_reading(0, "reader") is None)


async def test_a_statement_in_the_way_of_replaying_is_answered_by_the_primary(pair: Pair) -> None:
    fallen: list[str] = []
    pair.replica.fallen_back = fallen.append
    pair.on_replica("ALTER SYSTEM SET max_standby_streaming_delay = 0")
    pair.on_replica("SELECT pg_reload_conf()")
    slow_there = text(
        "SELECT count(*), pg_is_in_recovery() FROM members WHERE NOT pg_is_in_recovery() OR pg_sleep(0.1) IS NULL"
    )
    reading = asyncio.create_task(pair.replica.rows(statement_of(slow_there)))
    running = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count(*), pg_is%' AND state = 'active'"
    await asyncio.to_thread(wait_until, lambda: pair.on_replica(running))
    pair.on_primary("BEGIN; LOCK TABLE members IN ACCESS EXCLUSIVE MODE; COMMIT")

    assert await reading == [(300, False)]
    assert fallen == ["conflict"]
    pair.on_replica("ALTER SYSTEM RESET max_standby_streaming_delay")
    pair.on_replica("SELECT pg_reload_conf()")


async def test_a_replica_that_is_gone_costs_nobody_an_answer(primary: EmbeddedServer, standby: Replica) -> None:
    async with paired(primary.url, standby.url("dengta"), LONG) as pair:
        await pair.caught_up()
        await one(pair.caller("reader"))
        fallen: list[str] = []
        pair.replica.fallen_back = fallen.append
        standby.server.stop()
        try:
            assert (await one(pair.caller("reader")))["id"]
            assert fallen == ["unreachable"]
            assert pair.replicas.for_reading(0, "reader") is None
            await one(pair.caller("reader"))
            assert fallen == ["unreachable"]
        finally:
            embedded.start(standby.home.folder, settings=FAST)
        await pair.caught_up()
        assert pair.replicas.for_reading(0, "reader") is pair.replica


async def test_readings_at_the_replica_stand_in_the_audit_log(pair: Pair) -> None:
    count = "SELECT count(*) FROM audit_entries"
    [(before,)] = pair.on_primary(count)
    await one(pair.caller("reader"))
    assert pair.on_primary(count) == [(before + 1,)]


async def test_the_replica_is_read_with_the_servers_role_and_bounds(pair: Pair) -> None:
    asked = text("SELECT current_user, current_setting('plan_cache_mode'), current_setting('statement_timeout')")
    assert await pair.replica.rows(asked) == [("dengta_server", "force_custom_plan", "10s")]


@pytest.mark.parametrize("written", ["0", "0/", "0/123456789", "x/1", "0/1, 0/2"])
async def test_a_position_that_is_none_is_refused(pair: Pair, written: str) -> None:
    answer = await pair.caller("reader").post(ONE, None, **{"Dengta-Written": written})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


async def test_it_is_counted_where_operations_read(pair: Pair) -> None:
    await one(pair.caller("reader"))
    counted = (await pair.api.http.get("/metrics")).text
    assert 'dengta_operations_by_place_total{place="replica"}' in counted
    assert 'dengta_replica_lag_seconds{replica="1"}' in counted
