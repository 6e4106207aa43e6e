"""上传: GraphQL requests with files, by the GraphQL multipart request specification.

A page of another site can have a browser send a form, with files and all, without asking first; a header of the
request's own makes it ask (docs/files.md). We take no cookies, so that such a form could do nothing anyway.
"""

from typing import Any

import orjson

from domain.files import LARGEST_FILE, ReceivedFile
from server.cross_origin import UPLOAD_HEADERS
from server.operations.running import Request
from server.routes.http_call import HttpCall
from server.routes.http_errors import (
    HttpError,
    body_too_large,
    malformed_upload,
    preflight_required,
    upload_too_large,
)
from server.routes.multipart import MalformedError, MultipartReader, TextTooLargeError, boundary_of
from server.routes.request_body import request_of

MULTIPART = "multipart/form-data"
_LONGEST_NAME_OF_A_PLACE = 200


def is_multipart(http: HttpCall) -> bool:
    return (http.header(b"content-type") or "").partition(";")[0].strip().lower() == MULTIPART


async def request_with_files(http: HttpCall, text_limit: int) -> Request:
    """HttpError for what is no such request, and for more than the largest file and its texts, as soon as it comes."""
    if not any(http.header(name.lower().encode()) for name in UPLOAD_HEADERS):
        raise preflight_required(UPLOAD_HEADERS[0])
    try:
        reader = await _read(http, text_limit)
    except MalformedError as error:
        raise malformed_upload("请求体不是完整的 multipart/form-data。", "the body is no whole form data.") from error
    except TextTooLargeError as error:
        raise body_too_large(text_limit) from error
    return _with_files(reader)


async def _read(http: HttpCall, text_limit: int) -> MultipartReader:
    reader = MultipartReader(boundary_of(http.header(b"content-type") or ""), text_limit)
    async for chunk in http.chunks(LARGEST_FILE + text_limit, upload_too_large(LARGEST_FILE)):
        reader.feed(chunk)
    reader.require_end()
    return reader


def _with_files(reader: MultipartReader) -> Request:
    texts = reader.texts()
    operations, places = _object(texts, "operations"), _object(texts, "map")
    files = {part.name: part.as_file for part in reader.files()}
    if set(files) != set(places):
        raise malformed_upload("map 与所上传的文件不一致。", "`map` and the files have different names.")
    for name, paths in places.items():
        for path in paths if isinstance(paths, list) else [None]:
            _put(operations, path, files[name])
    return request_of(operations)


def _object(texts: dict[str, bytes], name: str) -> dict[str, Any]:
    try:
        found = orjson.loads(texts.get(name, b""))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise malformed_upload(f"缺少 JSON 对象 {name}。", f"`{name}` is no JSON object.")
    return found


def _put(operations: dict[str, Any], path: object, file: ReceivedFile) -> None:
    """Where there is a null for it."""
    place: Any = operations
    try:
        *way, last = _steps(path)
        if way[:1] != ["variables"]:
            raise _no_place(path)
        for step in way:
            place = place[_key(place, step)]
        key = _key(place, last)
        if place[key] is not None:
            raise _no_place(path)
        place[key] = file
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise _no_place(path) from error


def _steps(path: object) -> list[str]:
    if not isinstance(path, str) or len(path) > _LONGEST_NAME_OF_A_PLACE:
        raise _no_place("?")
    return path.split(".")


def _key(place: object, step: str) -> str | int:
    return int(step) if isinstance(place, list) and step.isdigit() else step


def _no_place(path: object) -> HttpError:
    return malformed_upload(f"变量中没有位置 {path}（应为 null）。", f"the variables have no null at `{path}`.")
