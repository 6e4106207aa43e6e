"""图表地址: where charts of answers are drawn (`server/routes/charts.py`)."""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from auth.sealed_questions import SealedQuestion, seal
from domain.codes import ChartFormat
from schema.info import Info

CHARTS = "/charts"

MEMBERS, REGISTRATIONS, QUALITY = "members", "registrations", "quality"
"""The kinds of questions; `server/charting/questions.py` asks them."""

ABOUT_CHART_URLS = (
    "Where on this server this answer is drawn: `GET` it with the token. The question is asked again, by whoever "
    "comes, at that moment. Good for a day; null when the question is too long for an address."
)
Format = Annotated[ChartFormat, strawberry.argument(description="图表格式。SVG or PNG.")]


def url_of_chart(info: Info, kind: str, variables: Mapping[str, Any], drawn_as: ChartFormat) -> str | None:
    """Of the question that `kind` is asked with these variables."""
    sealed = seal(info.context.code_key, SealedQuestion(kind, variables), info.context.clock())
    return None if sealed is None else f"{CHARTS}/{sealed}.{drawn_as.value.lower()}"
