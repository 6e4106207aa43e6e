"""The server's clock is set forward or back by hours: nothing lives longer for that, and nobody is shut out for long."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey

from auth.actor import Role
from auth.rate_limits import SMS_PER_PHONE, RateLimits, Slowdown, TooManyAttemptsError
from auth.signing_keys import SigningKeys
from auth.tokens import InvalidTokenError, TokenAuthority, VerifiedTokens
from domain.audit import AuditRecord
from domain.codes import AuditKind, OrganizationKind
from server.gateways.circuit import Circuit
from storage.audit_verifying import verified_log
from storage.engine import Database
from tests.asking import AUDIENCE, AUDIT_KEY, ISSUER
from tests.oracle import Register
from tests.set_clock import SetClock

SLOWING = Slowdown("clock-jumps", delays=(timedelta(minutes=15),), forgotten_after=timedelta(days=1))


@pytest.fixture
def limits(database: Database, clock: SetClock) -> RateLimits:
    return RateLimits(database, b"a key of tests", clock)


def test_a_token_lives_no_longer_by_a_jump_back_and_none_is_refused_for_it(register: Register, clock: SetClock) -> None:
    authority = TokenAuthority(SigningKeys(ECKey.generate_key("P-256", auto_kid=True)), ISSUER, AUDIENCE, clock)
    organization = register.first_of_kind(OrganizationKind.PROVINCE)
    verified = VerifiedTokens(authority)
    clock.pass_(hours=3)
    ahead = authority.issue("tester", Role.ADMINISTRATOR, organization, timedelta(hours=1))
    clock.pass_(hours=-3)
    with pytest.raises(InvalidTokenError):
        verified.verify(ahead)
    token = authority.issue("tester", Role.ADMINISTRATOR, organization, timedelta(hours=1))
    assert verified.verify(token).expires_at == int((clock() + timedelta(hours=1)).timestamp())
    clock.pass_(hours=2)
    with pytest.raises(InvalidTokenError):
        verified.verify(token)


async def test_a_counter_of_a_clock_that_was_ahead_shuts_nobody_out(limits: RateLimits, clock: SetClock) -> None:
    clock.pass_(days=3)
    for _ in range(2):
        await limits.require(SMS_PER_PHONE, "13800001234")
    with pytest.raises(TooManyAttemptsError):
        await limits.require(SMS_PER_PHONE, "13800001234")
    clock.pass_(days=-3)
    await limits.require(SMS_PER_PHONE, "13800001234")


async def test_a_pause_of_a_clock_that_was_ahead_is_over(limits: RateLimits, clock: SetClock) -> None:
    clock.pass_(hours=3)
    await limits.require_pause(SLOWING, "someone")
    clock.pass_(hours=-3)
    await limits.require_pause(SLOWING, "someone")
    with pytest.raises(TooManyAttemptsError):
        await limits.require_pause(SLOWING, "someone")


async def test_a_pause_lasts_though_the_clocks_of_two_servers_differ_a_little(
    limits: RateLimits, clock: SetClock
) -> None:
    clock.pass_(minutes=5)
    await limits.require_pause(SLOWING, "someone")
    clock.pass_(minutes=-5)
    with pytest.raises(TooManyAttemptsError):
        await limits.require_pause(SLOWING, "someone")


async def test_the_audit_log_is_chained_by_numbers_and_not_by_times(database: Database) -> None:
    moment = datetime(2026, 11, 23, 4, tzinfo=UTC)
    for hours in (0, 5, -5, 1):
        entry = AuditRecord(AuditKind.ARCHIVE_LOOKUP, moment + timedelta(hours=hours), "tester")
        await database.audit_log.record(entry)
    found = await verified_log(database, AUDIT_KEY)
    assert (found.entries, found.is_intact) == (4, True)


def test_a_gateway_that_rests_is_tried_again_by_a_clock_that_nobody_sets(clock: SetClock) -> None:
    """Like all waiting within a process: it goes by `time.monotonic`."""
    ticks = [0.0]
    circuit = Circuit(failures=1, rest=30.0, clock=lambda: ticks[0])
    circuit.failed()
    clock.pass_(hours=-3)
    assert not circuit.lets_through()
    ticks[0] = 31.0
    assert circuit.lets_through()
