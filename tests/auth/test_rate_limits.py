import asyncio
from datetime import timedelta

import pytest
from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from sqlalchemy import select

from auth.rate_limits import FAILURE_DELAYS, Limit, RateLimits, Slowdown, TooManyAttemptsError, network_of
from storage.engine import Database
from storage.models import RateLimit
from tests.set_clock import SetClock

DOOR = Limit("door", (RateLimitItemPerMinute(3, 1, "door"), RateLimitItemPerDay(5, 1, "door")))
SLOWING = Slowdown("slowing", FAILURE_DELAYS, timedelta(hours=24))
KEY = b"k" * 32


@pytest.fixture
def limits(database: Database, clock: SetClock) -> RateLimits:
    return RateLimits(database, KEY, clock)


async def test_as_many_as_the_limit_pass_and_one_more_is_refused_with_the_seconds_to_wait(
    limits: RateLimits, clock: SetClock
) -> None:
    for _ in range(3):
        await limits.require(DOOR, "someone")
    clock.pass_(seconds=20)
    with pytest.raises(TooManyAttemptsError) as refused:
        await limits.require(DOOR, "someone")
    assert refused.value.retry_after == 40
    clock.pass_(seconds=refused.value.retry_after)
    await limits.require(DOOR, "someone")


async def test_every_window_of_a_limit_holds(limits: RateLimits, clock: SetClock) -> None:
    for _ in range(5):
        await limits.require(DOOR, "someone")
        clock.pass_(minutes=1)
    with pytest.raises(TooManyAttemptsError) as refused:
        await limits.require(DOOR, "someone")
    assert refused.value.retry_after == 24 * 3600 - 5 * 60


async def test_tries_of_others_and_at_other_doors_are_counted_by_themselves(limits: RateLimits) -> None:
    for _ in range(3):
        await limits.require(DOOR, "someone")
    await limits.require(DOOR, "another")
    await limits.require(DOOR, "some", "one")
    await limits.require(Limit("window", (RateLimitItemPerMinute(3, 1, "window"),)), "someone")


async def test_of_tries_at_the_same_moment_in_two_processes_no_more_pass_than_may(
    database: Database, clock: SetClock
) -> None:
    processes = [RateLimits(database, KEY, clock), RateLimits(database, KEY, clock)]
    tries = [processes[n % 2].require(DOOR, "someone") for n in range(16)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 3
    assert sum(isinstance(outcome, TooManyAttemptsError) for outcome in outcomes) == 13


async def test_nothing_that_was_counted_can_be_read_in_the_database(limits: RateLimits, database: Database) -> None:
    await limits.require(DOOR, "13812345678")
    await limits.require_pause(SLOWING, "13812345678")
    assert not [key for (key,) in await database.rows(select(RateLimit.key)) if "13812345678" in key]


async def test_failures_slow_down_then_lock_and_begin_anew_after_the_lock(limits: RateLimits, clock: SetClock) -> None:
    for delay in FAILURE_DELAYS:
        await limits.require_pause(SLOWING, "someone")
        if delay:
            with pytest.raises(TooManyAttemptsError) as refused:
                await limits.require_pause(SLOWING, "someone")
            assert refused.value.retry_after == delay.total_seconds()
        clock.pass_(seconds=delay.total_seconds())
    await limits.require_pause(SLOWING, "someone")
    await limits.require_pause(SLOWING, "someone")


async def test_a_refused_try_does_not_make_the_pause_longer(limits: RateLimits, clock: SetClock) -> None:
    for _ in range(3):
        await limits.require_pause(SLOWING, "someone")
    clock.pass_(seconds=4)
    with pytest.raises(TooManyAttemptsError) as refused:
        await limits.require_pause(SLOWING, "someone")
    assert refused.value.retry_after == 1
    clock.pass_(seconds=1)
    await limits.require_pause(SLOWING, "someone")


async def test_success_and_quiet_have_failures_forgotten(limits: RateLimits, clock: SetClock) -> None:
    for forget in (True, False):
        for _ in range(3):
            await limits.require_pause(SLOWING, "someone")
        if forget:
            await limits.forget(SLOWING, "someone")
        else:
            clock.pass_(hours=24)
        await limits.require_pause(SLOWING, "someone")
        await limits.require_pause(SLOWING, "someone")
        await limits.forget(SLOWING, "someone")


async def test_of_failures_at_the_same_moment_only_those_before_the_first_pause_are_let_through(
    limits: RateLimits,
) -> None:
    tries = [limits.require_pause(SLOWING, "someone") for _ in range(16)]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert outcomes.count(None) == 3


def test_addresses_of_one_ipv6_network_count_as_one() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of(None) == "-"
