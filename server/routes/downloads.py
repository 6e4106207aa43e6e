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
from files.store import FileStore
from resolvers.context import RequestContext
from resolvers.downloads import Download, find_download
from schema.file_urls import FILES
from schema.identifiers import Identifier, decoded
from server.log import log
from server.routes.fetched import Fetching
from server.routes.http_answers import SAFE, disposition
from server.routes.http_errors import HttpError

_FOR_ONE = {"Cache-Control": "private, no-cache"}
"""A browser may keep it, and asks each time whether it may still show it."""

_NOT_FOUND = Problem(
    "NOT_FOUND",
    Message("该文件不存在或不在您的管理范围内。", "This file does not exist, or lies outside of what you may see."),
)


def download_route(files: FileStore, fetching: Fetching) -> Route:
    return fetching.route(f"{FILES}/{{id}}", Downloads(files).fetch)


@dataclass(frozen=True, slots=True)
class Downloads:
    files: FileStore

    async def fetch(self, request: Request, context: RequestContext) -> Response:
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


def _identifier(text: str) -> Identifier:
    try:
        return decoded(text)
    except CallerError as error:
        raise HttpError(404, _NOT_FOUND) from error


def _tag(download: Download) -> str:
    """It tells nothing of the key."""
    return f'"{sha256(download.object_key.encode()).hexdigest()[:32]}"'
