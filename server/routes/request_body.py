"""请求: the parameters of a GraphQL request from the body of a POST or the query of a GET."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from server.operations.running import Request
from server.routes.http_call import HttpCall
from server.routes.http_errors import (
    batching_not_supported,
    malformed_json,
    malformed_parameter,
    unsupported_media_type,
)
from storage.wal_positions import position_of

_NAMES_OF_IDENTIFIERS = ("documentId", "doc_id", "id")
"""That of GraphQL over HTTP, and what front ends with Relay are used to."""

_SHA256 = re.compile("[0-9a-fA-F]{64}")
_CHARSETS = {"", "utf-8", "utf8"}


async def request_from_body(http: HttpCall, limit: int) -> Request:
    """HttpError for another media type, a body over the limit, or one that is no GraphQL request."""
    if not _is_json(http.header(b"content-type") or ""):
        raise unsupported_media_type()
    try:
        parameters = orjson.loads(await http.body(limit))
    except orjson.JSONDecodeError as error:
        raise malformed_json() from error
    if isinstance(parameters, list):
        raise batching_not_supported(len(parameters))
    if not isinstance(parameters, dict):
        raise malformed_json()
    return request_of(parameters)


def request_from_query(query: Mapping[str, str]) -> Request:
    parameters: dict[str, Any] = dict(query)
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _parsed(name, parameters[name])
    return request_of(parameters)


def _parsed(name: str, text: str) -> Any:
    try:
        return orjson.loads(text) if text else None
    except orjson.JSONDecodeError as error:
        raise malformed_parameter(name, "a JSON object") from error


def request_of(parameters: Mapping[str, Any]) -> Request:
    """HttpError unless the parameters are of their types, and one of them says which document is meant."""
    query = _of_type(parameters, "query", str, "a string")
    identifier = _document_id(parameters) if not query else None
    extensions = _of_type(parameters, "extensions", dict, "an object") or {}
    digest = _persisted_hash(extensions)
    if query is None and identifier is None and digest is None:
        raise malformed_parameter("query", "a string")
    return Request(
        query=query or "",
        operation_name=_of_type(parameters, "operationName", str, "a string") or None,
        variables=_of_type(parameters, "variables", dict, "an object"),
        document_id=identifier,
        persisted_hash=digest,
        written=written_of(extensions.get("written"), "extensions.written"),
        tells_cost=extensions.get("cost") is True,
    )


def written_of(value: object, name: str) -> str | None:
    """A position of the write-ahead log; HttpError when it is none."""
    if value is None:
        return None
    try:
        position_of(value if isinstance(value, str) else "")
    except ValueError as error:
        raise malformed_parameter(name, "a position that this server has given") from error
    return str(value)


def _document_id(parameters: Mapping[str, Any]) -> str | None:
    for name in _NAMES_OF_IDENTIFIERS:
        identifier: str | None = _of_type(parameters, name, str, "a string")
        if identifier:
            return identifier
    return None


def _persisted_hash(extensions: Mapping[str, Any]) -> str | None:
    """In lower case, as `sha256` writes it."""
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    version, digest = (
        persisted.get(name) if isinstance(persisted, dict) else None for name in ("version", "sha256Hash")
    )
    if version != 1 or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
        raise malformed_parameter("extensions.persistedQuery", "an object with version 1 and a sha256Hash")
    return digest.lower()


def _of_type(parameters: Mapping[str, Any], name: str, expected: type, described: str) -> Any:
    """The parameter, None when it is absent or null."""
    value = parameters.get(name)
    if value is not None and not isinstance(value, expected):
        raise malformed_parameter(name, described)
    return value


@lru_cache(maxsize=100)
def _is_json(content_type: str) -> bool:
    media_type, *parameters = (part.strip().lower() for part in content_type.split(";"))
    charsets = {parameter.partition("=")[2].strip('"') for parameter in parameters if parameter.startswith("charset=")}
    return media_type == "application/json" and charsets <= _CHARSETS
