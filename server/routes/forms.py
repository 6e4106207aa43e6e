"""打印采集表: `GET /forms/{question}.pdf`: records that the schema gives to whoever comes, on paper, a page each."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from auth.default_matrix import GovernedField
from auth.sealed_questions import SealedQuestion
from domain.errors import Message, Problem
from forms.form import Form
from forms.press import SECONDS, Press, PressBusyError
from resolvers.context import RequestContext
from resolvers.printing import photos_of, record_print
from schema.form_urls import FORMS
from schema.identifiers import decoded, encoded
from server.connections import connection_of
from server.log import log
from server.operations.running import Operations
from server.operations.running import Request as GraphQLRequest
from server.operations.time_limits import Departure
from server.printing.pages import Printing
from server.printing.questions import KINDS, question_of
from server.routes.asked_again import WrongAddresses, asked_again, unsealed
from server.routes.fetched import Fetching, Finish
from server.routes.http_answers import SAFE, disposition
from server.routes.http_errors import HttpError

_MEDIA_TYPE = "application/pdf"
_NOT_KEPT = {"Cache-Control": "private, no-store"}

_NOT_FOUND = Problem(
    "NOT_FOUND",
    Message(
        "没有可打印的党员，或其中有人不存在、不在您的管理范围内。请重新查询后打印。",
        "There is nobody to print, or somebody among them does not exist in your scope. Look them up again.",
    ),
)
_WRONG = WrongAddresses(
    broken=Problem(
        "FORM_ADDRESS_INVALID",
        Message(
            "打印地址无效或不完整。请重新查询。",
            "This is no address of a form, or not the whole of it. Ask for it again.",
        ),
    ),
    expired=Problem(
        "FORM_ADDRESS_EXPIRED",
        Message("打印地址已过期。请重新查询。", "This address has expired. Ask for it again."),
    ),
)
_BUSY = Problem(
    "PRESS_BUSY", Message("正在打印的文件过多，请稍后重试。", "Too much is being printed. Try again shortly.")
)


def _too_many(most: int) -> HttpError:
    message = Message(
        f"一个文件最多打印 {most} 人。请缩小条件或分批打印。",
        f"A file has at most {most} forms. Narrow the conditions, or print in parts.",
    )
    return HttpError(400, Problem("TOO_MANY_FORMS", message))


def form_route(forms: "CollectionForms", fetching: Fetching) -> Route:
    return fetching.route(f"{FORMS}/{{question}}.pdf", forms.fetch)


@dataclass(frozen=True, slots=True)
class CollectionForms:
    """`fields`: what the matrix knows of each; `most`: how many forms a file may have."""

    operations: Operations
    press: Press
    fields: Mapping[str, GovernedField]
    most: int

    async def fetch(self, request: Request, context: RequestContext) -> Finish:
        asked = unsealed(context, request.path_params["question"], KINDS, _WRONG)
        records, unit = await self._records(asked, context, connection_of(request.scope).client)
        printing = Printing(context.language, context.clock(), unit, context.permissions, self.fields)
        members = _by_type(records)
        photos = await _photos(context, members)
        pages = [printing.form(record, photos.get(record["id"])) for record in records]
        record = partial(record_print, context, members, len(photos))
        return partial(self._printed, pages, f"{_name(records, printing)}.pdf", record)

    async def _printed(self, pages: Sequence[Form], name: str, record: Callable[[], Awaitable[None]]) -> Response:
        """It is recorded without a place: no more at a time than are printed."""
        try:
            printed = await self.press.print(pages)
        except PressBusyError as error:
            raise HttpError(503, _BUSY, {"Retry-After": str(int(SECONDS))}) from error
        await record()
        headers = {**_NOT_KEPT, **SAFE, "Content-Disposition": disposition("inline", name)}
        return Response(printed, headers=headers, media_type=_MEDIA_TYPE)

    async def _records(
        self, asked: SealedQuestion, context: RequestContext, reader: Departure
    ) -> tuple[list[dict[str, Any]], str]:
        """As the schema answers, each with its type; and the name of the reader's organisation."""
        if len(asked.variables.get("ids", ())) > self.most:
            raise _too_many(self.most)
        question = question_of(asked, context.permissions, self.most)
        again = GraphQLRequest(question.document, variables=question.variables)
        data = await asked_again(self.operations, again, context, reader)
        found = data["nodes"] if "nodes" in data else data["members"]["nodes"]
        if "members" in data and data["members"]["pageInfo"]["hasNextPage"]:
            raise _too_many(self.most)
        if not found or None in found:
            raise HttpError(404, _NOT_FOUND)
        return found, data.get("viewer", {}).get("organization", {}).get("name", "")


def _by_type(records: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in records:
        found.setdefault(record["__typename"], []).append(decoded(record["id"]).number)
    return found


async def _photos(context: RequestContext, members: Mapping[str, Sequence[int]]) -> dict[str, bytes]:
    """By the ids of the records."""
    found: dict[str, bytes] = {}
    for type_name, numbers in members.items():
        for number, content in (await photos_of(context, type_name, numbers)).items():
            if content is None:
                log().error("file_content_missing")
            else:
                found[encoded(type_name, number)] = content
    return found


def _name(records: Sequence[Mapping[str, Any]], printing: Printing) -> str:
    """Of the file: by the one whom it is about, as the reader may see the name, or by how many they are."""
    first, *others = records
    title = printing.title_of(first)
    if others:
        return f"{title}-{len(records)}"
    return f"{title}-{first['name']}" if "name" in first else title
