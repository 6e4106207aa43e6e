"""消息: the outbox. A message is written in the transaction that wants it delivered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.dialects.postgresql import insert

from domain.codes import Channel, MessageState
from storage.models import Message
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """`key` tells the message from every other: the same key twice is the same message, and delivered once.

    After `expires_at` it is no longer worth delivering.
    """

    key: str
    recipient: str
    template: str
    body: str
    channel: Channel = Channel.SMS
    expires_at: datetime | None = None


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
    await session.execute(insert(Message).values(values).on_conflict_do_nothing(index_elements=[Message.key]))
