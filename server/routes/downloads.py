"""下载: `GET /files/{id}`, streamed from the store to whoever may see the file.

Whatever stands in a file, a browser saves it and runs none of it: it is an attachment of the type that its content has,
which is not to be guessed again, and would have no rights if it were opened after all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from domain.errors import CallerError, Message, Problem
from files.store import FileStore, FileStoreUnavailableError
from resolvers.downloads import Download, find_download
from schema.file_urls import FILES
from schema.identifiers import Identifier, decoded
from server.authentication import Authentication, UnauthenticatedError
from server.cross_origin import FrontEnds
from server.log import log
from server.negotiation import language_of
from server.operations.errors import FILES_UNAVAILABLE
from server.routes.http_answers import SAFE, disposition, refusal
from server.routes.http_call import address_of
from server.routes.http_errors import HttpError, database_unavailable, unauthenticated
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

_FOR_ONE = {"Cache-Control": "private, no-cache"}
"""A browser may keep it, and asks each time whether it may still show it."""

_NOT_FOUND = Problem(
    "NOT_FOUND",
    Message("该文件不存在或不在您的管理范围内。", "This file does not exist, or lies outside of what you may see."),
)


def download_routes(authentication: Authentication, files: FileStore, front_ends: FrontEnds) -> list[Route]:
    return [
        Route(
            f"{FILES}/{{id}}", front_ends.may_use(Downloads(authentication, files).answer), methods=["GET", "OPTIONS"]
        )
    ]


@dataclass(frozen=True, slots=True)
class Downloads:
    authentication: Authentication
    files: FileStore

    async def answer(self, request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            return await self._file(request, language)
        except HttpError as error:
            return refusal(error, language)
        except UnauthenticatedError as error:
            return refusal(unauthenticated(error), language)
        except (DatabaseUnavailableError, StatementTimedOutError) as error:
            return refusal(database_unavailable(error), language)
        except FileStoreUnavailableError:
            return refusal(HttpError(503, Problem("FILE_STORE_UNAVAILABLE", FILES_UNAVAILABLE), _LATER), language)

    async def _file(self, request: Request, language: str) -> Response:
        context = await self.authentication.context(
            request.headers.get("authorization"), language, address_of(request.scope)
        )
        wanted = _identifier(request.path_params["id"])
        download = await find_download(context, wanted.type_name, wanted.number)
        if download is None:
            raise HttpError(404, _NOT_FOUND)
        tag = _tag(download)
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={**_FOR_ONE, "ETag": tag})
        return await self._content(download, {**_FOR_ONE, **SAFE, "ETag": tag})

    async def _content(self, download: Download, headers: Mapping[str, str]) -> Response:
        stored = await self.files.get(download.object_key)
        if stored is None:
            log().error("file_content_missing")
            raise HttpError(404, _NOT_FOUND)
        described = {
            "Content-Length": str(stored.size),
            "Content-Disposition": disposition("attachment", download.name),
        }
        return StreamingResponse(stored.chunks, headers={**headers, **described}, media_type=download.content_type)


_LATER = {"Retry-After": "1"}


def _identifier(text: str) -> Identifier:
    try:
        return decoded(text)
    except CallerError as error:
        raise HttpError(404, _NOT_FOUND) from error


def _tag(download: Download) -> str:
    """It tells nothing of the key."""
    return f'"{sha256(download.object_key.encode()).hexdigest()[:32]}"'
