"""消息: the outbox. A message is written in the transaction that wants it delivered; a job then delivers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from domain.codes import Channel, MessageState
from domain.ports import DeliverableMessage
from storage.engine import Database
from storage.jobs import Queue, defer_jobs
from storage.models import Message
from storage.statements import table_of
from storage.writing import WriteSession

DELIVER = "deliver_message"
_LONGEST_KEY = 255
_PENDING = MessageState.PENDING.value
_QUEUED: tuple[InstrumentedAttribute[Any], ...] = (
    Message.key,
    Message.channel,
    Message.recipient,
    Message.template,
    Message.body,
    Message.state,
    Message.expires_at,
)


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
    await queue_messages(session, [message])


async def queue_messages(session: WriteSession, messages: Sequence[OutgoingMessage]) -> None:
    """As above, all of them in two statements."""
    values = [(m.key, m.channel.value, m.recipient, m.template, m.body, _PENDING, m.expires_at) for m in messages]
    rows = table_of(_QUEUED, values)
    new = insert(Message).from_select([column.key for column in _QUEUED], select(rows))
    added = await session.rows(new.on_conflict_do_nothing(index_elements=[Message.key]).returning(Message.id))
    if added:
        await defer_jobs(session, DELIVER, Queue.MESSAGES, [{"message_id": row[0]} for row in added])


async def queue_message_if(is_wanted: bool, session: WriteSession, message: OutgoingMessage) -> None:
    """Does the same work in either case, and undoes it when the message is not wanted: no clock can tell which."""
    async with session.connection.transaction(force_rollback=not is_wanted):
        await queue_message(session, message)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """A message that is about to be delivered, for the so-and-so-many-th time."""

    message: DeliverableMessage
    attempt: int
    queued_at: datetime


async def take_up(session: WriteSession, message_id: int) -> TakenUp | None:
    """None when it has been delivered or given up. The attempt is counted before it is made, so that one which ends the
    worker is counted too."""
    statement = (
        update(Message)
        .where(Message.id == message_id, Message.state == MessageState.PENDING.value)
        .values(attempts=Message.attempts + 1)
        .returning(
            Message.key,
            Message.channel,
            Message.recipient,
            Message.template,
            Message.body,
            Message.expires_at,
            Message.attempts,
            Message.created_at,
        )
    )
    row = await session.row(statement)
    if row is None:
        return None
    key, channel, recipient, template, body, expires_at, attempt, queued_at = row
    message = DeliverableMessage(key, Channel[channel], recipient, template, body or "", expires_at)
    return TakenUp(message, attempt, queued_at)


async def record_sent(session: WriteSession, message_id: int, *, keep_text: bool = False) -> bool:
    """False when another worker has settled it meanwhile. The text goes, unless it is to be shown in the inbox."""
    text = {} if keep_text else {"body": None}
    return await _settle(session, message_id, state=MessageState.SENT.value, sent_at=func.now(), **text)


async def record_failed(session: WriteSession, message_id: int, reason: str) -> bool:
    """Given up for good; the text goes. `reason` is a code."""
    return await _settle(session, message_id, state=MessageState.FAILED.value, last_error=reason, body=None)


async def record_attempt(session: WriteSession, message_id: int, reason: str) -> bool:
    """Not delivered this time, for the reason with that code."""
    return await _settle(session, message_id, last_error=reason)


async def _settle(session: WriteSession, message_id: int, **values: object) -> bool:
    which = (Message.id == message_id, Message.state == MessageState.PENDING.value)
    return await session.execute(update(Message).where(*which).values(**values)) == 1


async def count_messages(database: Database) -> dict[MessageState, int]:
    """How many there are in each state, of those that are still kept."""
    rows = await database.rows(select(Message.state, func.count()).group_by(Message.state))
    return dict.fromkeys(MessageState, 0) | {MessageState[state]: count for state, count in rows}


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """As the inbox shows it; `body` is None once it has gone."""

    recipient: str
    body: str | None
    state: MessageState
    queued_at: datetime


async def newest_messages(database: Database, *, ending: str = "", limit: int = 30) -> list[ShownMessage]:
    """Newest first, of the recipients that end so."""
    statement = (
        select(Message.recipient, Message.body, Message.state, Message.created_at)
        .where(Message.recipient.endswith(ending, autoescape=True))
        .order_by(Message.id.desc())
        .limit(limit)
    )
    return [
        ShownMessage(recipient, body, MessageState[state], queued_at)
        for recipient, body, state, queued_at in await database.rows(statement)
    ]
