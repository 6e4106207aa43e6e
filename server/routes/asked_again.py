"""Questions in addresses: opened, and asked of the schema by whoever comes, as anybody asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from orjson import dumps, loads
from starlette.responses import Response

from auth.sealed_questions import SealBrokenError, SealedQuestion, SealExpiredError, unseal
from domain.errors import Problem
from resolvers.context import RequestContext
from server.operations.errors import caller_error
from server.operations.limits.counting import count_over_limit
from server.operations.limits.errors import CostBudgetSpentError
from server.operations.running import Operations, Request
from server.operations.time_limits import Departure
from server.routes.http_answers import refusals
from server.routes.http_errors import HttpError

_STATUSES: Mapping[str, int] = {
    "FIELD_HIDDEN": 403,
    "FIELD_MASKED": 403,
    "NOT_FOUND": 404,
    "TOO_MANY_ATTEMPTS": 429,
    "COST_BUDGET_SPENT": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "DATABASE_UNAVAILABLE": 503,
    "DATABASE_FULL": 503,
    "DATABASE_BUSY": 503,
    "QUERY_TIMEOUT": 503,
    "OPERATION_TIMEOUT": 503,
}
"""Of errors of an answer, by their codes; others are 400."""


class UnansweredError(Exception):
    """The schema has refused the question."""

    def __init__(self, errors: list[Mapping[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, slots=True)
class WrongAddresses:
    """What is said of addresses that cannot be opened, and of those that were good until yesterday."""

    broken: Problem
    expired: Problem


def unsealed(context: RequestContext, question: str, kinds: Collection[str], wrong: WrongAddresses) -> SealedQuestion:
    """One of another kind, which another version of this server may have sealed, is none here."""
    try:
        asked = unseal(context.code_key, question, context.clock())
    except SealBrokenError as error:
        raise HttpError(400, wrong.broken) from error
    except SealExpiredError as error:
        raise HttpError(410, wrong.expired) from error
    if asked.kind not in kinds:
        raise HttpError(400, wrong.broken)
    return asked


async def asked_again(
    operations: Operations, asked: Request, context: RequestContext, reader: Departure
) -> dict[str, Any]:
    """What the schema answers, as every caller has it. UnansweredError; NobodyWaitsError once the reader has left."""
    operation = operations.own(asked.query)
    try:
        operations.toll.take_for_own(operation, asked.variables or {}, context.actor)
    except CostBudgetSpentError as error:
        told = caller_error(error, context.language)
        count_over_limit([told])
        raise UnansweredError([told.formatted]) from error
    answer = await operations.run(operation, asked, context, reader)
    if answer.errors:
        raise UnansweredError([error.formatted for error in answer.errors])
    data: dict[str, Any] = loads(dumps(answer.data))
    return data


def unanswered(error: UnansweredError) -> Response:
    extensions = error.errors[0]["extensions"]
    status = _STATUSES.get(extensions["code"], 400)
    later = {503: "1", 429: str(extensions.get("retryAfter", 1))}.get(status)
    return refusals(error.errors, status, {} if later is None else {"Retry-After": later})
