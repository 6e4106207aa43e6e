"""端口: what the outside world must be able to do for the register; `server/gateways/` has who does it."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from domain.codes import Channel, RealNameVerdict


@dataclass(frozen=True, slots=True)
class DeliverableMessage:
    """`key` is the same each time this message is tried: a gateway that has seen it does not deliver it again."""

    key: str
    channel: Channel
    recipient: str
    template: str
    body: str
    expires_at: datetime | None


class Answer(Enum):
    """What came of an attempt to deliver."""

    TAKEN = auto()
    """The gateway has it, now or from an earlier attempt."""

    NOT_NOW = auto()
    """It may well be taken another time; perhaps it was taken already, and only the answer was lost."""

    NEVER = auto()
    """As it stands it will not be taken."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """`reason` is a code that may be logged and kept. `retry_after`, in seconds, is the gateway's own wish."""

    answer: Answer
    reason: str | None = None
    retry_after: float | None = None


class MessageGateway(Protocol):
    """短信网关: takes messages over. It raises nothing for what may go wrong on the way."""

    @property
    def keeps_text(self) -> bool:
        """Whether the text stays in the outbox after delivery, to be shown there."""

    async def deliver(self, message: DeliverableMessage) -> Delivery: ...

    async def close(self) -> None: ...


class PopulationRegistry(Protocol):
    """全国人口信息库: whether a person of that name has that identity number. It raises nothing either."""

    async def verify(self, name: str, identity_number: str) -> RealNameVerdict: ...

    async def close(self) -> None: ...
