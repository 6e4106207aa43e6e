"""消息: the outbox. A message is written in the transaction that wants it delivered; a job then delivers it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from domain.codes import Channel, MessageState
from storage.jobs import Queue, defer_job
from storage.models import Message
from storage.writing import WriteSession

DELIVER = "deliver_message"
_LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """`key` tells the message from every other: the same key twice is the same message, and delivered once.

    The key goes to the gateway in a header: printable ASCII, and nothing personal. After `expires_at` the message is no
    longer worth delivering.
    """

    key: str
    recipient: str
    template: str
    body: str
    channel: Channel = Channel.SMS
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if not (self.key.isascii() and self.key.isprintable() and 0 < len(self.key) <= _LONGEST_KEY):
            raise ValueError(f"The key of a message must be 1 to {_LONGEST_KEY} printable ASCII characters.")


async def queue_message(session: WriteSession, message: OutgoingMessage) -> None:
    """To be delivered once the transaction is committed."""
    values = {
        "key": message.key,
        "channel": message.channel.value,
        "recipient": message.recipient,
        "template": message.template,
        "body": message.body,
        "state": MessageState.PENDING.value,
        "expires_at": message.expires_at,
    }
    new = insert(Message).values(values).on_conflict_do_nothing(index_elements=[Message.key]).returning(Message.id)
    row = await session.row(new)
    if row is not None:
        await defer_job(session, DELIVER, Queue.MESSAGES, message_id=row[0])
