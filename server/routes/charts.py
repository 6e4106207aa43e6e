"""图表: `GET /charts/{question}.svg` or `.png`: an answer of the schema, asked for by whoever comes, and drawn."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.sealed_questions import SealedQuestion
from charts.chart import Chart
from charts.studio import SECONDS, Studio, StudioBusyError
from domain.codes import ChartFormat
from domain.errors import Message, Problem
from resolvers.context import RequestContext
from schema.chart_urls import CHARTS
from server.charting.questions import QUESTIONS, ChartQuestion
from server.charting.telling import Telling
from server.connections import connection_of
from server.operations.running import Operations
from server.operations.running import Request as GraphQLRequest
from server.operations.time_limits import Departure
from server.routes.asked_again import WrongAddresses, asked_again, unsealed
from server.routes.fetched import Fetching, Finish
from server.routes.http_answers import SAFE, disposition
from server.routes.http_errors import HttpError

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


def chart_route(operations: Operations, studio: Studio, fetching: Fetching) -> Route:
    return fetching.route(f"{CHARTS}/{{question}}.{{ending}}", Charts(operations, studio).fetch)


@dataclass(frozen=True, slots=True)
class Charts:
    operations: Operations
    studio: Studio

    async def fetch(self, request: Request, context: RequestContext) -> Finish:
        drawn_as = _format(request.path_params["ending"])
        asked = unsealed(context, request.path_params["question"], QUESTIONS, _WRONG)
        question = QUESTIONS[asked.kind]
        found = await self._found(question, asked, context, connection_of(request.scope).client)
        telling = Telling(context.language, context.clock(), filtered=asked.variables.get("where") is not None)
        return partial(self._drawn, question.chart(found, telling), drawn_as)

    async def _drawn(self, chart: Chart, drawn_as: ChartFormat) -> Response:
        try:
            picture = await self.studio.draw(chart, drawn_as)
        except StudioBusyError as error:
            raise HttpError(503, _BUSY, {"Retry-After": str(int(SECONDS))}) from error
        name = disposition("inline", f"{chart.title}.{drawn_as.value.lower()}")
        headers = {**_NOT_KEPT, **SAFE, "Content-Disposition": name}
        return Response(picture, headers=headers, media_type=_MEDIA_TYPES[drawn_as])

    async def _found(
        self, question: ChartQuestion, asked: SealedQuestion, context: RequestContext, reader: Departure
    ) -> dict[str, Any]:
        """What the schema answers."""
        again = GraphQLRequest(question.document, variables=asked.variables)
        data = await asked_again(self.operations, again, context, reader)
        found: dict[str, Any] | None = data.get(question.field)
        if found is None:
            raise HttpError(404, _NOT_FOUND)
        return found


def _format(ending: str) -> ChartFormat:
    try:
        return ChartFormat[ending.upper()]
    except KeyError as error:
        raise HttpError(400, _WRONG.broken) from error
