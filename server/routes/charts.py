"""图表: `GET /charts/{question}.svg` or `.png`: an answer of the schema, asked for by whoever comes, and drawn."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.sealed_questions import SealedQuestion
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
from server.operations.running import Operations
from server.routes.asked_again import UnansweredError, WrongAddresses, asked_again, unanswered, unsealed
from server.routes.http_answers import SAFE, disposition, refusal
from server.routes.http_call import address_of
from server.routes.http_errors import HttpError, database_unavailable, unauthenticated
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

_MEDIA_TYPES = {ChartFormat.SVG: "image/svg+xml", ChartFormat.PNG: "image/png"}
_NOT_KEPT = {"Cache-Control": "private, no-store"}

_NOT_FOUND = Problem(
    "NOT_FOUND",
    Message(
        "该党组织不存在、不在您的管理范围内，或尚未统计。",
        "This organisation does not exist, lies outside your scope, or has not been counted yet.",
    ),
)
_WRONG = WrongAddresses(
    broken=Problem(
        "CHART_ADDRESS_INVALID",
        Message(
            "图表地址无效或不完整。请重新查询 chartUrl。",
            "This is no address of a chart, or not the whole of it. Ask for `chartUrl` again.",
        ),
    ),
    expired=Problem(
        "CHART_ADDRESS_EXPIRED",
        Message("图表地址已过期。请重新查询 chartUrl。", "This address has expired. Ask for `chartUrl` again."),
    ),
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
        except UnansweredError as error:
            return unanswered(error)
        except UnauthenticatedError as error:
            return refusal(unauthenticated(error), language)
        except (DatabaseUnavailableError, StatementTimedOutError) as error:
            return refusal(database_unavailable(error), language)
        except StudioBusyError:
            return refusal(HttpError(503, _BUSY, {"Retry-After": str(int(SECONDS))}), language)

    async def _chart(self, request: Request, language: str) -> Response:
        context = await self.authentication.context(
            request.headers.get("authorization"), language, address_of(request.scope)
        )
        drawn_as = _format(request.path_params["ending"])
        asked = unsealed(context, request.path_params["question"], QUESTIONS, _WRONG)
        question = QUESTIONS[asked.kind]
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
        data = await asked_again(self.operations, question.document, asked.variables, context)
        found: dict[str, Any] | None = data.get(question.field)
        if found is None:
            raise HttpError(404, _NOT_FOUND)
        return found


def _format(ending: str) -> ChartFormat:
    try:
        return ChartFormat[ending.upper()]
    except KeyError as error:
        raise HttpError(400, _WRONG.broken) from error
