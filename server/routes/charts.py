"""图表: `GET /charts/{question}.svg` or `.png`: an answer of the schema, asked for by whoever comes, and drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orjson import dumps, loads
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.sealed_questions import SealBrokenError, SealedQuestion, SealExpiredError, unseal
from charts.studio import SECONDS, Studio, StudioBusyError
from domain.codes import ChartFormat
from domain.errors import Message, Problem
from resolvers.context import RequestContext
from schema.chart_urls import CHARTS
from server.authentication import Authentication, UnauthenticatedError
from server.charting.questions import QUESTIONS, ChartQuestion
from server.charting.telling import Telling
from server.cross_origin import FrontEnds
from server.negotiation import language_of
from server.operations.documents import Operation
from server.operations.running import Answer, Operations
from server.operations.running import Request as Asked
from server.routes.http_answers import SAFE, disposition, refusal, refusals
from server.routes.http_call import address_of
from server.routes.http_errors import HttpError, database_unavailable, unauthenticated
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

_MEDIA_TYPES = {ChartFormat.SVG: "image/svg+xml", ChartFormat.PNG: "image/png"}
_NOT_KEPT = {"Cache-Control": "private, no-store"}

_STATUSES: Mapping[str, int] = {
    "FIELD_HIDDEN": 403,
    "FIELD_MASKED": 403,
    "NOT_FOUND": 404,
    "TOO_MANY_ATTEMPTS": 429,
    "INTERNAL_SERVER_ERROR": 500,
    "DATABASE_UNAVAILABLE": 503,
    "QUERY_TIMEOUT": 503,
}
"""Of errors of an answer, by their codes; others are 400."""

_NOT_FOUND = Problem(
    "NOT_FOUND",
    Message(
        "该党组织不存在、不在您的管理范围内，或尚未统计。",
        "This organisation does not exist, lies outside your scope, or has not been counted yet.",
    ),
)
_BROKEN = Problem(
    "CHART_ADDRESS_INVALID",
    Message(
        "图表地址无效或不完整。请重新查询 chartUrl。",
        "This is no address of a chart, or not the whole of it. Ask for `chartUrl` again.",
    ),
)
_EXPIRED = Problem(
    "CHART_ADDRESS_EXPIRED",
    Message("图表地址已过期。请重新查询 chartUrl。", "This address has expired. Ask for `chartUrl` again."),
)
_BUSY = Problem(
    "CHARTS_BUSY",
    Message("正在绘制的图表过多，请稍后重试。", "Too many charts are being drawn. Try again shortly."),
)


def chart_routes(
    authentication: Authentication, operations: Operations, studio: Studio, front_ends: FrontEnds
) -> list[Route]:
    charts = Charts(authentication, operations, studio)
    return [
        Route(f"{CHARTS}/{{question}}.{{ending}}", front_ends.may_use(charts.answer), methods=["GET", "OPTIONS"]),
    ]


class _UnansweredError(Exception):
    """The schema has refused the question."""

    def __init__(self, errors: list[Mapping[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Charts:
    authentication: Authentication
    operations: Operations
    studio: Studio

    async def answer(self, request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            return await self._chart(request, language)
        except HttpError as error:
            return refusal(error, language)
        except _UnansweredError as error:
            return _unanswered(error.errors)
        except UnauthenticatedError as error:
            return refusal(unauthenticated(error), language)
        except (DatabaseUnavailableError, StatementTimedOutError):
            return refusal(database_unavailable(), language)
        except StudioBusyError:
            return refusal(HttpError(503, _BUSY, {"Retry-After": str(int(SECONDS))}), language)

    async def _chart(self, request: Request, language: str) -> Response:
        context = await self.authentication.context(
            request.headers.get("authorization"), language, address_of(request.scope)
        )
        drawn_as = _format(request.path_params["ending"])
        asked = _unsealed(context, request.path_params["question"])
        question = _question(asked.kind)
        found = await self._found(question, asked, context)
        telling = Telling(language, context.clock(), filtered=asked.variables.get("where") is not None)
        chart = question.chart(found, telling)
        name = disposition("inline", f"{chart.title}.{drawn_as.value.lower()}")
        picture = await self.studio.draw(chart, drawn_as)
        return Response(
            picture,
            headers={**_NOT_KEPT, **SAFE, "Content-Disposition": name},
            media_type=_MEDIA_TYPES[drawn_as],
        )

    async def _found(self, question: ChartQuestion, asked: SealedQuestion, context: RequestContext) -> dict[str, Any]:
        """What the schema answers."""
        request = Asked(question.document, variables=asked.variables)
        operation = self.operations.prepared(request, context.language)
        answer = (
            await self.operations.run(operation, request, context) if isinstance(operation, Operation) else operation
        )
        if answer.errors:
            raise _UnansweredError([error.formatted for error in answer.errors])
        return _given(answer, question)


def _given(answer: Answer, question: ChartQuestion) -> dict[str, Any]:
    found: dict[str, Any] | None = loads(dumps(answer.data)).get(question.field)  # as every caller has it
    if found is None:
        raise HttpError(404, _NOT_FOUND)
    return found


def _question(kind: str) -> ChartQuestion:
    """Another version of this server may have sealed it."""
    if kind not in QUESTIONS:
        raise HttpError(400, _BROKEN)
    return QUESTIONS[kind]


def _format(ending: str) -> ChartFormat:
    try:
        return ChartFormat[ending.upper()]
    except KeyError as error:
        raise HttpError(400, _BROKEN) from error


def _unsealed(context: RequestContext, question: str) -> SealedQuestion:
    try:
        return unseal(context.code_key, question, context.clock())
    except SealBrokenError as error:
        raise HttpError(400, _BROKEN) from error
    except SealExpiredError as error:
        raise HttpError(410, _EXPIRED) from error


def _unanswered(errors: list[Mapping[str, Any]]) -> Response:
    extensions = errors[0]["extensions"]
    status = _STATUSES.get(extensions["code"], 400)
    later = {503: "1", 429: str(extensions.get("retryAfter", 1))}.get(status)
    return refusals(errors, status, {} if later is None else {"Retry-After": later})
