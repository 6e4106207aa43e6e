"""短信网关 over HTTP. `docs/messages.md` is the contract that whoever runs the gateway implements."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from domain.clock import Clock, system_clock
from domain.ports import Answer, DeliverableMessage, Delivery
from server.gateways.http_calls import HttpAnswer, HttpPort, NoAnswerError


class HttpMessageGateway:
    keeps_text = False

    def __init__(self, port: HttpPort, clock: Clock = system_clock) -> None:
        self._port = port
        self._clock = clock

    async def deliver(self, message: DeliverableMessage) -> Delivery:
        try:
            answer = await self._port.post(_body(message), {"Idempotency-Key": message.key})
        except NoAnswerError as error:
            return Delivery(Answer.NOT_NOW, error.reason)
        return self._understood(answer)

    def _understood(self, answer: HttpAnswer) -> Delivery:
        if answer.succeeded:
            return Delivery(Answer.TAKEN)
        reason = f"HTTP_{answer.status}"
        if answer.may_succeed_later:
            return Delivery(Answer.NOT_NOW, reason, retry_after(answer.headers.get("Retry-After"), self._clock()))
        return Delivery(Answer.NEVER, reason)

    async def close(self) -> None:
        await self._port.close()


def _body(message: DeliverableMessage) -> dict[str, str | None]:
    return {
        "channel": message.channel.value,
        "recipient": message.recipient,
        "template": message.template,
        "text": message.body,
        "expiresAt": message.expires_at.isoformat() if message.expires_at else None,
    }


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds, of a number of them or of a date (RFC 9110, section 10.2.3); None of anything else."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
