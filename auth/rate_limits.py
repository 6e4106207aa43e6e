"""频率限制: how often each door that guesses something may be tried, by account, client or session, and address."""

import hmac
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.strategies import FixedWindowRateLimiter

from domain.clock import Clock, system_clock
from domain.errors import CallerError, Message, Problem
from storage.engine import Database
from storage.rate_limits import CountersInDatabase, count_failure, forget_failures
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class Limit:
    """So many tries in each of the windows. The name is that of its counters: two limits have different ones."""

    name: str
    windows: tuple[RateLimitItem, ...]


@dataclass(frozen=True, slots=True)
class Slowdown:
    """After the n-th failure in a row one waits for the n-th delay; the last one is the lock, after which all begins
    anew. Success, or quiet for so long, has the failures forgotten."""

    name: str
    delays: tuple[timedelta, ...]
    forgotten_after: timedelta


def _limit(name: str, *, minutes: int = 1, in_minutes: int = 0, in_hour: int = 0, in_day: int = 0) -> Limit:
    windows: list[RateLimitItem] = []
    if in_minutes:
        windows.append(RateLimitItemPerMinute(in_minutes, minutes, name))
    if in_hour:
        windows.append(RateLimitItemPerHour(in_hour, 1, name))
    if in_day:
        windows.append(RateLimitItemPerDay(in_day, 1, name))
    return Limit(name, tuple(windows))


LOCK = timedelta(minutes=15)

FAILURE_DELAYS = (*(timedelta(seconds=s) for s in (0, 0, 5, 15, 60, 300)), LOCK)
"""Two wrong passwords are anybody's; the seventh in a row locks."""

PASSWORD_PER_USER_NAME = Slowdown("password-per-user-name", FAILURE_DELAYS, timedelta(hours=24))
PASSWORD_PER_ADDRESS = _limit("password-per-address", minutes=10, in_minutes=100, in_day=2_000)
OLD_PASSWORD_PER_ACCOUNT = _limit("old-password-per-account", minutes=15, in_minutes=5, in_day=30)

SECOND_FACTOR_PER_ACCOUNT = _limit("second-factor-per-account", minutes=10, in_minutes=15, in_day=60)
VERIFICATION_PER_SESSION = _limit("verification-per-session", minutes=10, in_minutes=15)
VERIFICATION_PER_ADDRESS = _limit("verification-per-address", minutes=10, in_minutes=150, in_day=2_000)

CAPTCHA_PER_SESSION = _limit("captcha-per-session", minutes=10, in_minutes=40)
CAPTCHA_PER_ADDRESS = _limit("captcha-per-address", minutes=10, in_minutes=300, in_day=5_000)

CAPTCHA_DRAWN_PER_ADDRESS = _limit("captcha-drawn-per-address", minutes=10, in_minutes=600)

SMS_PER_PHONE = _limit("sms-per-phone", minutes=1, in_minutes=2, in_hour=6, in_day=15)
"""Counted for each purpose by itself, so that nobody can use up the second factors of another."""
SMS_PER_SESSION = _limit("sms-per-session", minutes=10, in_minutes=10)
SMS_PER_ADDRESS = _limit("sms-per-address", minutes=10, in_minutes=60, in_day=500)

ACTIVATION_PER_ACCOUNT = _limit("activation-per-account", in_hour=10, in_day=30)
ACTIVATION_PER_ADDRESS = _limit("activation-per-address", in_hour=100, in_day=500)

ACTIVATION_CODE_PER_ACCOUNT = _limit("activation-code-per-account", in_hour=3)
"""New activation codes that a security officer has sent to the holder."""

RECOVERY_PER_ACCOUNT = _limit("recovery-per-account", in_hour=10, in_day=30)
RECOVERY_PER_ADDRESS = _limit("recovery-per-address", in_hour=100, in_day=500)

CLIENT_SECRET_PER_CLIENT = _limit("client-secret-per-client", minutes=1, in_minutes=60)
TOKENS_PER_ADDRESS = _limit("tokens-per-address", minutes=1, in_minutes=1_200)
"""Of applications without a secret: a whole office may share an address, and codes are too long to be guessed."""
CLIENT_SECRET_PER_ADDRESS = _limit("client-secret-per-address", minutes=1, in_minutes=120)

PHONE_LOOKUP_PER_ACCOUNT = _limit("phone-lookup-per-account", minutes=1, in_minutes=20, in_day=300)
PHONE_LOOKUP_PER_ADDRESS = _limit("phone-lookup-per-address", minutes=1, in_minutes=60)

PHONE_CODE_PER_ACCOUNT = _limit("phone-code-per-account", in_hour=30, in_day=100)
"""Also how often somebody learns whether a phone is anybody's."""


class TooManyAttemptsError(CallerError):
    """Not now: in so many seconds."""

    def __init__(self, retry_after: int) -> None:
        message = Message(
            f"尝试次数过多，请在 {retry_after} 秒后重试。", f"Too many attempts. Try again in {retry_after} seconds."
        )
        super().__init__(Problem("TOO_MANY_ATTEMPTS", message), retryAfter=retry_after)
        self.retry_after = retry_after


class RateLimits:
    """Counts tries. `key` is that of `auth.secret_files.code_key`: what is counted stands hashed in the database."""

    def __init__(self, database: Database, key: bytes, clock: Clock = system_clock) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._windows = FixedWindowRateLimiter(CountersInDatabase(database, clock))

    async def require(self, limit: Limit, *key_parts: str) -> None:
        """Counts one try; TooManyAttemptsError when it is one too many in one of the windows.

        `key_parts` say whose try it is: an account's id, a phone, an address by `network_of`.
        """
        whose = self._hashed(limit.name, key_parts)
        for window in limit.windows:
            if not await self._windows.hit(window, whose):
                stats = await self._windows.get_window_stats(window, whose)
                raise TooManyAttemptsError(self._seconds_until(stats.reset_time))

    async def require_pause(self, slowdown: Slowdown, *key_parts: str) -> None:
        """Counts one failure in advance; TooManyAttemptsError while the pause after the last one lasts."""
        key = self._key_of(slowdown, key_parts)
        blocked_until = await count_failure(
            self._database, key, slowdown.delays, slowdown.forgotten_after, self._clock()
        )
        if blocked_until is not None:
            raise TooManyAttemptsError(self._seconds_until(blocked_until.timestamp()))

    async def forget(self, slowdown: Slowdown, *key_parts: str) -> None:
        """It was no failure after all."""
        async with self._database.writing() as session:
            await self.forget_within(session, slowdown, *key_parts)

    async def forget_within(self, session: WriteSession, slowdown: Slowdown, *key_parts: str) -> None:
        """With whatever else the transaction changes, or not at all."""
        await forget_failures(session, self._key_of(slowdown, key_parts))

    def _key_of(self, slowdown: Slowdown, key_parts: tuple[str, ...]) -> str:
        return f"{slowdown.name}/{self._hashed(slowdown.name, key_parts)}"

    def _hashed(self, name: str, key_parts: tuple[str, ...]) -> str:
        return hmac.digest(self._key, "\x00".join((name, *key_parts)).encode(), "sha256").hex()[:32]

    def _seconds_until(self, timestamp: float) -> int:
        return max(1, ceil(timestamp - self._clock().timestamp()))


def network_of(address: str | None) -> str:
    """What counts as one address: of IPv6 the network of 64 bits, in which a single machine can take any."""
    try:
        parsed = ip_address(address or "")
    except ValueError:
        return address or "-"
    if isinstance(parsed, IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((parsed, 64), strict=False))
