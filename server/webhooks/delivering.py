"""投递: one webhook, for as long as it is this process's turn.

Requests go one after another, in the order of the changes. The cursor moves once a request was taken; where a batch
ends stands in the database before it is sent, so that whoever repeats it repeats the same, under the same `webhook-id`.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic

from auth.webhook_secrets import SecretLostError, open_secret, signed
from domain.audit import AuditRecord
from domain.changes import ChangeRecord
from domain.clock import Clock
from domain.codes import AuditKind, WebhookError, WebhookState
from domain.errors import CallerError
from domain.waiting import growing_wait
from domain.webhooks import Batch, Failure, Place, Stop, WebhookManners, WebhookRecord, batch_of
from server.correlation import begin_correlation, correlation_id
from server.log import log, log_failure
from server.metrics import count_webhook
from server.operations.running import Operations
from server.webhooks.addresses import UnreachedError
from server.webhooks.permitted import ContextOfPartner, Permitted, StoppedError, permitted
from server.webhooks.posting import Reply, WebhookPost
from server.webhooks.telling import NotNowError, body_of, test_body
from storage.changes import FollowedChanges, changes_after
from storage.engine import Database
from storage.errors import DatabaseUnavailableError, StatementTimedOutError
from storage.webhooks import (
    Delivered,
    begin_batch,
    delivered_webhook,
    disable_webhook,
    record_delivered,
    record_failed,
    record_passed,
    record_tested,
)

_LOOKS_EVERY = 5.0
"""Seconds, when nothing changes: whether it may still be told, and that it has passed what was not for it."""

_ANSWERED_AT_ONCE = 8
_RESTS = 1.0
_LONGEST_REST = 60.0
_LONGEST_WISH = 3600.0
_WISHES = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}


@dataclass(frozen=True, slots=True)
class Tools:
    """What webhooks are delivered with."""

    database: Database
    operations: Operations
    context_of: ContextOfPartner
    post: WebhookPost
    manners: WebhookManners
    code_key: bytes
    clock: Clock
    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_ANSWERED_AT_ONCE))
    """However many webhooks there are, those who ask this process share its connections with so many changes."""


class Delivering:
    def __init__(self, tools: Tools, number: int) -> None:
        self._tools = tools
        self._number = number
        self._passed: Place | None = None
        self._noted_at = monotonic()

    async def run(self) -> None:
        """Until nothing is to be delivered any more. What goes wrong in this server is waited out."""
        failures = 0
        while True:
            begin_correlation(None)
            try:
                if not await self._step():
                    return
                failures = 0
            except (DatabaseUnavailableError, StatementTimedOutError, NotNowError):
                await asyncio.sleep(_RESTS)
            except Exception as error:
                log_failure(error, "WEBHOOK_FAILED")
                failures += 1
                await asyncio.sleep(growing_wait(failures, longest=_LONGEST_REST))

    async def _step(self) -> bool:
        """Whether there is more to do."""
        found = await delivered_webhook(self._tools.database, self._number)
        if found is None:
            return False
        if found.webhook.is_to_be_tested:
            await self._test(found.webhook)
            return True
        if found.webhook.state is not WebhookState.ACTIVE:
            return False
        try:
            await self._go_on(found)
        except StoppedError as stopped:
            await self._stop(found, stopped.why)
        return True

    async def _go_on(self, found: Delivered) -> None:
        webhook = found.webhook
        await self._until(webhook.next_attempt_at)
        place = self._place(webhook)
        changes = await self._some_after(place.position, webhook.batch_end)
        told_by = await permitted(self._tools.operations, self._tools.context_of, webhook)
        if not changes:
            await self._note_passed(webhook)
            return
        batch = batch_of(
            changes,
            told_by.followed_at(place.path),
            told_by.context.scope,
            most=self._tools.manners.batch,
            end=webhook.batch_end,
        )
        if batch.told:
            await self._deliver(found, told_by, place, batch)
        else:
            await self._pass(webhook, batch.ends)

    async def _until(self, moment: datetime | None) -> None:
        """Not for longer than there ever is to wait: the clock may have been set back since."""
        if moment is not None:
            remaining = (moment - self._tools.clock()).total_seconds()
            await asyncio.sleep(min(max(0.0, remaining), max(_LONGEST_WISH, self._tools.manners.longest_wait)))

    def _place(self, webhook: WebhookRecord) -> Place:
        """From where on: where it stands, or what was passed since that was written down."""
        stands = Place(webhook.position, webhook.path)
        return max(stands, self._passed) if self._passed else stands

    async def _some_after(self, position: int, end: int | None) -> Sequence[ChangeRecord]:
        """None when there is none for a while. Of a batch that was begun, all: also what this process has not heard of
        yet."""
        begun = [] if end is None else await changes_after(self._tools.database, position, end - position)
        if begun:
            return begun
        try:
            async with asyncio.timeout(_LOOKS_EVERY):
                return await self._tools.database.shared(FollowedChanges).after(position)
        except TimeoutError:
            return ()
        except CallerError as error:
            raise StoppedError(Stop(WebhookError.CURSOR_EXPIRED)) from error

    async def _pass(self, webhook: WebhookRecord, place: Place) -> None:
        """Of what is not for this webhook not every change is worth a row written."""
        self._passed = place
        if webhook.batch_end is not None or monotonic() - self._noted_at > _LOOKS_EVERY:
            await self._note_passed(webhook)

    async def _note_passed(self, webhook: WebhookRecord) -> None:
        if self._passed is not None:
            await record_passed(self._tools.database, webhook, self._passed)
        self._passed, self._noted_at = None, monotonic()

    # -- a batch

    async def _deliver(self, found: Delivered, told_by: Permitted, place: Place, batch: Batch) -> None:
        tools, webhook = self._tools, found.webhook
        begun: WebhookRecord | None = webhook
        if webhook.batch_end != batch.ends.position:
            begun = await begin_batch(tools.database, webhook, place, batch.ends.position)
        self._passed = None
        if begun is None:
            return
        body = await body_of(told_by, batch, tools.clock(), tools.places)
        identifier = f"changes-{begun.id}-{begun.edition}-{begun.series}-{begun.position}-{begun.batch_end}"
        try:
            reply = await self._posted(begun, identifier, body)
        except UnreachedError as error:
            await self._failed(found, begun, error.error, None)
            return
        if reply.took_it:
            await record_delivered(tools.database, begun, batch.ends, tools.clock())
            count_webhook("delivered")
        else:
            await self._failed(found, begun, WebhookError.STATUS, reply)

    async def _posted(self, webhook: WebhookRecord, identifier: str, body: bytes) -> Reply:
        """UnreachedError without an answer."""
        now = self._tools.clock()
        headers = signed(self._secrets(webhook, now), identifier, int(now.timestamp()), body)
        more = {"Content-Type": "application/json", "User-Agent": "Dengta"}
        return await self._tools.post.post(webhook.address, {**more, **headers}, body)

    def _secrets(self, webhook: WebhookRecord, now: datetime) -> list[str]:
        """Those that are good, the newest first."""
        sealed = [webhook.secret]
        if webhook.former_secret and webhook.former_secret_until and now < webhook.former_secret_until:
            sealed.append(webhook.former_secret)
        try:
            return [open_secret(self._tools.code_key, webhook.partner_id, secret) for secret in sealed]
        except SecretLostError as error:
            raise StoppedError(Stop(WebhookError.SECRET_LOST)) from error

    async def _failed(self, found: Delivered, webhook: WebhookRecord, error: WebhookError, reply: Reply | None) -> None:
        now, status = self._tools.clock(), reply.status if reply else None
        if status == HTTPStatus.GONE:
            await self._stop(found, Stop(WebhookError.GONE, status), webhook)
            return
        if webhook.failing_since is not None and now - webhook.failing_since >= self._tools.manners.given_up_after:
            await self._stop(found, Stop(error, status), webhook)
            return
        wait = growing_wait(webhook.failures + 1, longest=self._tools.manners.longest_wait)
        if reply is not None and reply.retry_after is not None and status in _WISHES:
            wait = max(wait, min(reply.retry_after, _LONGEST_WISH))
        failure = Failure(error, status, timedelta(seconds=wait))
        await record_failed(self._tools.database, webhook, failure, now)
        count_webhook("retried")
        _log(
            "webhook_not_delivered", found, failure.error, status, attempt=webhook.failures + 1, again_in=round(wait, 1)
        )

    # -- its end, and tests

    async def _stop(self, found: Delivered, why: Stop, webhook: WebhookRecord | None = None) -> None:
        """`webhook`: as it stands by now, if not as it was found."""
        details = {"client": found.client_id, "error": why.error.value, "status": why.status, "fields": [*why.fields]}
        entry = AuditRecord(
            kind=AuditKind.PARTNER,
            at=self._tools.clock(),
            actor="-",
            organization_id=found.organization_id,
            org_path=found.org_path,
            operation="disableWebhook",
            target=f"Partner:{found.webhook.partner_id}",
            correlation_id=correlation_id(),
            details=details,
        )
        async with self._tools.database.writing() as session:
            if not await disable_webhook(session, webhook or found.webhook, why):
                return
            await session.audit(entry)
        count_webhook("disabled")
        _log("webhook_disabled", found, why.error, why.status)

    async def _test(self, webhook: WebhookRecord) -> None:
        """Once, whatever comes of it."""
        error, status = None, None
        try:
            reply = await self._posted(webhook, f"test-{webhook.id}-{webhook.version}", test_body(self._tools.clock()))
            status = reply.status
            error = None if reply.took_it else WebhookError.STATUS
        except UnreachedError as unreached:
            error = unreached.error
        except StoppedError as stopped:
            error = stopped.why.error
        await record_tested(self._tools.database, webhook, error, status, self._tools.clock())


def _log(event: str, found: Delivered, error: WebhookError, status: int | None, **more: float) -> None:
    """Neither the address nor what was to be sent."""
    log().warning(event, partner=found.client_id, error=error.value, status=status, **more)
