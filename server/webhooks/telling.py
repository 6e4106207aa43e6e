"""推送内容: what a request says: the very answers that a subscription to `changes` would give."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson

from domain.changes import ChangeCursor, ChangeRecord, ToldChange
from domain.webhooks import Batch
from server.operations.errors import OUT_OF_REACH
from server.operations.running import Answer, answered
from server.webhooks.permitted import Permitted, refused

_NOT_NOW = OUT_OF_REACH | {"QUERY_TIMEOUT"}


class NotNowError(Exception):
    """This server cannot tell the changes at the moment; the receiver has nothing to do with it."""


async def body_of(told_by: Permitted, batch: Batch, now: datetime, places: asyncio.Semaphore) -> bytes:
    """StoppedError when what is asked for may not be told any more. Each change is answered as soon as there is a place
    for it."""

    async def answer(change: ChangeRecord) -> Answer:
        async with places:
            told = ToldChange(told_by.webhook.series, change)
            return await answered(told_by.operation, {}, told_by.context, told)

    answers = await asyncio.gather(*map(answer, batch.told))
    _require_told(answers)
    content: dict[str, Any] = {
        "type": "changes",
        "timestamp": now.isoformat(),
        "cursor": str(ChangeCursor(told_by.webhook.series, batch.ends.position)),
        "data": {"changes": [_change(answer) for answer in answers]},
    }
    errors = list(_errors(answers))
    return orjson.dumps(content | ({"errors": errors} if errors else {}))


def test_body(now: datetime) -> bytes:
    return orjson.dumps({"type": "webhook.test", "timestamp": now.isoformat(), "data": {}})


def _require_told(answers: Sequence[Answer]) -> None:
    for answer in answers:
        for error in answer.errors:
            extensions = error.extensions or {}
            code = str(extensions.get("code"))
            if code in _NOT_NOW:
                raise NotNowError(code)
            if not answer.executed:
                raise refused(code, extensions)


def _change(answer: Answer) -> Any:
    """Under whatever name the document gives it; null where an error took its place."""
    return next(iter(answer.data.values())) if answer.data else None


def _errors(answers: Sequence[Answer]) -> Iterator[dict[str, Any]]:
    """As a stream gives them; `change` is the number of the change in the list."""
    for number, answer in enumerate(answers):
        for error in answer.errors:
            yield {"change": number, **error.formatted}
