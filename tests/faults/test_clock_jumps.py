"""The server's clock is set forward or back by hours: nothing lives longer for that, and nobody is shut out for long."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import select

from auth.actor import Role
from auth.rate_limits import SMS_PER_PHONE, RateLimits, Slowdown, TooManyAttemptsError
from auth.signing_keys import SigningKeys
from auth.tokens import InvalidTokenError, TokenAuthority, VerifiedTokens
from domain.audit import AuditRecord
from domain.codes import AuditKind, OrganizationKind
from server.gateways.circuit import Circuit
from server.webhooks import delivering as webhooks
from storage.audit_checkpoints import Checkpoints
from storage.audit_verifying import verified_log
from storage.engine import Database
from storage.models import AuditEntry
from tests.asking import AUDIENCE, AUDIT_KEY, ISSUER
from tests.gateway import answers
from tests.oracle import Register
from tests.receiver import receiving
from tests.set_clock import SetClock
from tests.webhooks import delivering, office_over, patient, set_address

HOURS = 3.0
HEADS = select(AuditEntry.details).where(AuditEntry.kind == AuditKind.CHECKPOINT.value).order_by(AuditEntry.id)
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


@pytest.mark.parametrize("hours", [HOURS, -HOURS])
async def test_checkpoints_vouch_for_what_is_written_after_a_jump(
    database: Database, clock: SetClock, hours: float
) -> None:
    """And for what was written before it. When they come a clock says that nobody sets."""
    checkpoints = Checkpoints(database, clock)
    await database.audit_log.record(AuditRecord(AuditKind.ARCHIVE_LOOKUP, clock(), "tester"))
    assert await checkpoints.write()
    clock.pass_(hours=hours)
    assert not await checkpoints.write()
    await database.audit_log.record(AuditRecord(AuditKind.ARCHIVE_LOOKUP, clock(), "tester"))
    assert await checkpoints.write()
    assert await Checkpoints(database, clock).write(), "one that knows of none before"
    found = await database.rows(HEADS)
    assert [sorted(number for number, _ in details["heads"].values()) for (details,) in found] == [[1], [3], [4]]
    assert (await verified_log(database, AUDIT_KEY)).is_intact


@pytest.mark.parametrize("hours", [HOURS, -HOURS])
async def test_a_webhook_that_waits_is_tried_again(
    own_province_url: str,
    register: Register,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
    hours: float,
) -> None:
    """At once after a jump forward, and after the longest wait that there is, an hour, after one back.

    The clock is set right, as receivers go by theirs: they refuse what was signed minutes ago, or is to be.
    """
    clock.now = datetime.now(UTC) - timedelta(hours=hours)
    county = register.first_of_kind(OrganizationKind.COUNTY)
    member = register.members_in(county)[0]
    manners = patient(longest_wait=0.1)
    async with receiving() as receiver, office_over(own_province_url, county, manners, clock=clock) as office:
        receiver.secret = await office.sets(receiver.url)
        receiver.behaves.append(answers(503, retry_after="3000"))
        set_address(office, member, "a new address")
        async with delivering(office):
            await office.until(nextAttemptAt=lambda moment: moment is not None)
        assert receiver.taken == {}
        clock.pass_(hours=hours)
        monkeypatch.setattr(webhooks, "_LONGEST_WISH", 0.1 if hours < 0 else 3600.0)
        async with delivering(office):
            await office.until(
                deliveredAt=lambda moment: moment is not None, nextAttemptAt=lambda moment: moment is None
            )
    assert receiver.ids == [receiver.ids[0]] * 2
