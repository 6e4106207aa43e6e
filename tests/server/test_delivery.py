"""One attempt to deliver, at a gateway that does its worst: what stands in the outbox then, and what is done next."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import structlog

from domain.clock import Clock, system_clock
from server.delivery import MessageDelivery
from server.gateways.http_calls import HttpPort
from server.gateways.message_gateway import HttpMessageGateway, retry_after
from storage.engine import Database
from storage.jobs import TryAgainError
from storage.messages import OutgoingMessage, queue_message
from storage.statements import Statement
from tests.gateway import SECRET, Behaviour, Gateway, answers, hangs, hangs_up, says, takes, trickles

PHONE, TEXT = "13800001234", "您的验证码是 428190，五分钟内有效。"
OUTBOX = Statement("SELECT state::text, attempts, last_error, body, sent_at IS NOT NULL FROM messages", {})
TIMEOUT = 0.3

Row = tuple[str, int, str | None, str | None, bool]


class Outbox:
    """The outbox with one message, and the job that delivers it."""

    def __init__(self, database: Database, gateway: Gateway) -> None:
        self.database = database
        self.port = HttpPort(gateway.url, SECRET, timeout=TIMEOUT, at_once=4)
        self.clock: Clock = system_clock

    async def queue(self, expires_at: datetime | None = None) -> None:
        async with self.database.writing() as session:
            await queue_message(
                session, OutgoingMessage("sign-in:7", PHONE, "sign_in_code", TEXT, expires_at=expires_at)
            )

    async def try_once(self) -> float | None:
        """Seconds until the next try; None when there is none."""
        delivery = MessageDelivery(self.database, HttpMessageGateway(self.port, self.clock), self.clock)
        try:
            await delivery.deliver(1)
        except TryAgainError as error:
            return error.after.total_seconds()
        return None

    async def row(self) -> Row:
        state, attempts, last_error, body, sent = (await self.database.rows(OUTBOX))[0]
        return state, attempts, last_error, body, sent


@pytest.fixture
async def outbox(database: Database, gateway: Gateway) -> AsyncIterator[Outbox]:
    outbox = Outbox(database, gateway)
    yield outbox
    await outbox.port.close()


async def test_what_the_gateway_is_sent(outbox: Outbox, gateway: Gateway) -> None:
    expires_at = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=5)
    await outbox.queue(expires_at)
    assert await outbox.try_once() is None
    assert await outbox.row() == ("SENT", 1, None, None, True), "the text goes with its delivery"
    [asked] = gateway.asked
    assert asked.body == {
        "channel": "SMS",
        "recipient": PHONE,
        "template": "sign_in_code",
        "text": TEXT,
        "expiresAt": expires_at.isoformat(),
    }
    assert (asked.key, asked.headers["authorization"]) == ("sign-in:7", f"Bearer {SECRET}")
    assert asked.headers["content-type"] == "application/json"


TRIED_AGAIN = [
    (answers(500), "HTTP_500", 0),
    (answers(503), "HTTP_503", 0),
    (answers(408), "HTTP_408", 0),
    (answers(409), "HTTP_409", 0),
    (answers(429), "HTTP_429", 0),
    (hangs(), "TIMEOUT", 0),
    (hangs(after_delivery=True), "TIMEOUT", 1),
    (trickles(), "TIMEOUT", 0),
    (hangs_up(), "CONNECTION_FAILED", 0),
    (hangs_up(after_delivery=True), "CONNECTION_FAILED", 1),
    (says(b"SSH-2.0-OpenSSH\r\n"), "CONNECTION_FAILED", 0),
    (says(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{"), "CONNECTION_FAILED", 0),
    (answers(200, body="." * 70_000), "ANSWER_TOO_LONG", 0),
]


@pytest.mark.parametrize(("behaviour", "reason", "delivered"), TRIED_AGAIN)
async def test_what_may_succeed_later_is_tried_again_and_delivered_once(
    outbox: Outbox, gateway: Gateway, behaviour: Behaviour, reason: str, delivered: int
) -> None:
    await outbox.queue()
    gateway.behaves.append(behaviour)
    wait = await outbox.try_once()
    assert wait is not None
    assert 0.5 <= wait <= 1.0
    assert await outbox.row() == ("PENDING", 1, reason, TEXT, False)
    assert len(gateway.delivered) == delivered

    assert await outbox.try_once() is None
    assert await outbox.row() == ("SENT", 2, reason, None, True)
    assert gateway.delivered == {"sign-in:7": TEXT}, "the same key each time"
    assert gateway.keys == ["sign-in:7", "sign-in:7"]


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 422])
async def test_what_the_gateway_refuses_is_given_up(outbox: Outbox, gateway: Gateway, status: int) -> None:
    await outbox.queue()
    gateway.behaves.append(answers(status, location="http://127.0.0.1:1/elsewhere"))
    assert await outbox.try_once() is None
    assert await outbox.row() == ("FAILED", 1, f"HTTP_{status}", None, False)
    assert await outbox.try_once() is None
    assert len(gateway.asked) == 1, "what is given up is not tried again"


async def test_nobody_listens(outbox: Outbox) -> None:
    await outbox.queue()
    outbox.port = HttpPort("http://127.0.0.1:9/messages", SECRET, timeout=TIMEOUT, at_once=1)
    assert await outbox.try_once() is not None
    assert await outbox.row() == ("PENDING", 1, "CONNECTION_FAILED", TEXT, False)


async def test_an_answer_given_twice_counts_once_and_spoils_nothing_after_it(outbox: Outbox, gateway: Gateway) -> None:
    gateway.behaves.append(takes(times=2))
    await outbox.queue()
    assert await outbox.try_once() is None
    async with outbox.database.writing() as session:
        await queue_message(session, OutgoingMessage("sign-in:8", PHONE, "sign_in_code", "second"))
    gateway.behaves.append(answers(400))
    delivery = MessageDelivery(outbox.database, HttpMessageGateway(outbox.port), system_clock)
    await delivery.deliver(2)
    states = await outbox.database.rows(Statement("SELECT state::text FROM messages ORDER BY id", {}))
    assert states == [("SENT",), ("FAILED",)], "the second answer was not taken for that to the next message"


async def test_a_message_that_was_delivered_is_not_delivered_again(outbox: Outbox, gateway: Gateway) -> None:
    await outbox.queue()
    for _ in range(2):
        assert await outbox.try_once() is None
    assert (len(gateway.asked), await outbox.row()) == (1, ("SENT", 1, None, None, True))


@pytest.mark.parametrize(
    ("header", "shortest", "longest"),
    [("7", 7, 7), ("86400", 3600, 3600), ("0", 0.5, 1), ("soon", 0.5, 1), ("-5", 0.5, 1)],
)
async def test_the_gateway_says_when_to_come_back(
    outbox: Outbox, gateway: Gateway, header: str, shortest: float, longest: float
) -> None:
    await outbox.queue()
    gateway.behaves.append(answers(429, retry_after=header))
    wait = await outbox.try_once()
    assert wait is not None
    assert shortest <= wait <= longest


NOW = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        (" 3 ", 3.0),
        ("1.5", None),
        ("Wed, 25 Nov 2026 04:00:30 GMT", 30.0),
        ("Wed, 25 Nov 2026 03:00:00 GMT", 0.0),
        ("Wed, 99 Nov 2026 03:00:00 GMT", None),
        ("", None),
        ("²", None),
    ],
)
def test_retry_after(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


async def test_waits_grow(outbox: Outbox, gateway: Gateway) -> None:
    await outbox.queue()
    gateway.behaves.extend([answers(503)] * 12)
    waits = [await outbox.try_once() or 0.0 for _ in range(12)]
    bounds = [min(2.0**n, 300) for n in range(12)]
    assert [bound / 2 <= wait <= bound for wait, bound in zip(waits, bounds, strict=True)] == [True] * 12
    assert (await outbox.row())[1] == 12


async def test_an_expired_message_is_not_sent(outbox: Outbox, gateway: Gateway) -> None:
    expires_at = datetime.now(UTC) + timedelta(minutes=5)
    await outbox.queue(expires_at)
    outbox.clock = lambda: expires_at
    assert await outbox.try_once() is None
    assert await outbox.row() == ("FAILED", 1, "EXPIRED", None, False)
    assert gateway.asked == []


@pytest.mark.parametrize(("hours", "outcome"), [(23, "SENT"), (25, "FAILED")])
async def test_after_a_day_a_message_is_given_up(outbox: Outbox, hours: int, outcome: str) -> None:
    now = datetime.now(UTC)
    await outbox.queue(now + timedelta(days=7))
    outbox.clock = lambda: now + timedelta(hours=hours)
    await outbox.try_once()
    assert (await outbox.row())[0] == outcome


async def test_neither_recipient_nor_text_is_logged(outbox: Outbox, gateway: Gateway) -> None:
    await outbox.queue()
    gateway.behaves.extend([answers(503, body=TEXT), answers(400, body=PHONE)])
    with structlog.testing.capture_logs() as lines:
        await outbox.try_once()
        await outbox.try_once()
    again_in = lines[0].pop("again_in")
    assert 0 < again_in <= 1
    common = {"log_level": "warning", "message": 1, "template": "sign_in_code"}
    assert lines == [
        {"event": "message_not_delivered", "attempt": 1, "reason": "HTTP_503", **common},
        {"event": "message_given_up", "attempt": 2, "reason": "HTTP_400", **common},
    ]
