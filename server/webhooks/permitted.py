"""许可: whether a webhook may go on, and as whom it is told: asked before each request, as before a stream's events."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from domain.changes import ChangeCursor, Followed
from domain.codes import WebhookError
from domain.errors import CallerError
from domain.webhooks import Stop, WebhookRecord
from resolvers.changes import ChangesAsked, types_told
from resolvers.context import RequestContext
from resolvers.organizations import path_within_scope
from schema.changed_fields import visible_changes
from server.authentication import UnauthenticatedError
from server.operations.auditing import record_refusal
from server.operations.documents import Operation
from server.operations.running import Operations, Request
from storage.changes import feed_state

LANGUAGE = "zh"
ContextOfPartner = Callable[[int, str], Awaitable[RequestContext]]


class StoppedError(Exception):
    """The webhook goes no further until an officer has looked at it."""

    def __init__(self, why: Stop) -> None:
        super().__init__(why.error.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Permitted:
    """What a webhook is told by, for a moment."""

    context: RequestContext
    operation: Operation
    webhook: WebhookRecord

    def followed_at(self, path: str) -> Followed:
        """Which changes, where the organisation has that path."""
        asked = ChangesAsked(self.webhook.organization_id, frozenset(self.webhook.types), visible_changes)
        return Followed(path, types_told(asked, self.context.permissions))


async def permitted(operations: Operations, context_of: ContextOfPartner, webhook: WebhookRecord) -> Permitted:
    """StoppedError once it may not be told any more."""
    context = await _context(context_of, webhook)
    operation = await _operation(operations, context, webhook)
    await _require_kept(context, webhook)
    return Permitted(context, operation, webhook)


async def _context(context_of: ContextOfPartner, webhook: WebhookRecord) -> RequestContext:
    try:
        context = await context_of(webhook.partner_id, LANGUAGE)
    except UnauthenticatedError as error:
        raise StoppedError(Stop(WebhookError.PARTNER_SHUT_OUT)) from error
    if context.actor.sphere != webhook.sphere:
        raise StoppedError(Stop(WebhookError.SCOPE_CHANGED))
    if webhook.organization_id is not None:
        try:
            await path_within_scope(context, webhook.organization_id)
        except CallerError as error:
            raise StoppedError(Stop(WebhookError.SCOPE_CHANGED)) from error
    return context


async def _operation(operations: Operations, context: RequestContext, webhook: WebhookRecord) -> Operation:
    """A refusal stands in the audit log by then."""
    operation = operations.prepared(Request(webhook.document), LANGUAGE)
    if not isinstance(operation, Operation) or not operation.is_subscription:
        raise StoppedError(Stop(WebhookError.DOCUMENT_INVALID))
    try:
        operation.require(context.permissions, {})
    except CallerError as error:
        await record_refusal(operation, context, error)
        raise refused(error.problem.code, error.extensions) from error
    return operation


def refused(code: str, extensions: object) -> StoppedError:
    """By FIELD_HIDDEN or FIELD_MASKED, with the fields."""
    fields = extensions.get("fields", ()) if isinstance(extensions, dict) else ()
    error = WebhookError[code] if code in WebhookError.__members__ else WebhookError.DOCUMENT_INVALID
    return StoppedError(Stop(error, fields=tuple(fields)))


async def _require_kept(context: RequestContext, webhook: WebhookRecord) -> None:
    try:
        ChangeCursor(webhook.series, webhook.position).require_kept(await feed_state(context.database), "after")
    except CallerError as error:
        raise StoppedError(Stop(WebhookError.CURSOR_EXPIRED)) from error
