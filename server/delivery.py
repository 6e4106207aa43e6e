"""投递: the job that delivers one message of the outbox."""

from datetime import datetime, timedelta

from domain.clock import Clock
from domain.ports import Answer, Delivery, MessageGateway
from domain.waiting import growing_wait
from server.log import log
from server.metrics import count_delivery
from storage.engine import Database
from storage.jobs import TryAgainError
from storage.messages import TakenUp, record_attempt, record_failed, record_sent, take_up

_GIVEN_UP_AFTER = timedelta(days=1)
_LONGEST_WAIT = 300.0
_LONGEST_WISH = 3600.0

EXPIRED = "EXPIRED"


class MessageDelivery:
    """Tries a message until the gateway has taken it or refused it for good, it has expired, or a day has passed.

    The gateway may be asked more than once, always with the same key, by which it delivers once. Nothing is held open
    in the database while it is asked.
    """

    def __init__(self, database: Database, gateway: MessageGateway, clock: Clock) -> None:
        self._database = database
        self._gateway = gateway
        self._clock = clock

    async def deliver(self, message_id: int) -> None:
        async with self._database.writing() as session:
            taken = await take_up(session, message_id)
        if taken is None:
            return
        if self._clock() >= self._last_moment(taken):
            await self._give_up(message_id, taken, EXPIRED)
            return
        await self._settle(message_id, taken, await self._gateway.deliver(taken.message))

    def _last_moment(self, taken: TakenUp) -> datetime:
        in_any_case = taken.queued_at + _GIVEN_UP_AFTER
        return min(taken.message.expires_at or in_any_case, in_any_case)

    async def _settle(self, message_id: int, taken: TakenUp, delivery: Delivery) -> None:
        match delivery.answer:
            case Answer.TAKEN:
                async with self._database.writing() as session:
                    await record_sent(session, message_id, keep_text=self._gateway.keeps_text)
                count_delivery("sent")
            case Answer.NEVER:
                await self._give_up(message_id, taken, delivery.reason or "")
            case Answer.NOT_NOW:
                await self._try_again(message_id, taken, delivery)

    async def _try_again(self, message_id: int, taken: TakenUp, delivery: Delivery) -> None:
        async with self._database.writing() as session:
            await record_attempt(session, message_id, delivery.reason or "")
        wait = growing_wait(taken.attempt, longest=_LONGEST_WAIT)
        wait = max(wait, min(delivery.retry_after or 0.0, _LONGEST_WISH))
        _log(message_id, taken, delivery.reason, "message_not_delivered", again_in=round(wait, 1))
        count_delivery("retried")
        raise TryAgainError(timedelta(seconds=wait))

    async def _give_up(self, message_id: int, taken: TakenUp, reason: str) -> None:
        async with self._database.writing() as session:
            await record_failed(session, message_id, reason)
        _log(message_id, taken, reason, "message_given_up")
        count_delivery("failed")


def _log(message_id: int, taken: TakenUp, reason: str | None, event: str, **more: float) -> None:
    """Neither recipient nor text."""
    log().warning(
        event, message=message_id, template=taken.message.template, attempt=taken.attempt, reason=reason, **more
    )
