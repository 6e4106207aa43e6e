"""What files and pictures that are given over HTTP have in common."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from orjson import dumps
from starlette.responses import Response

from server.routes.http_errors import HttpError

SAFE = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-site",
}
"""Whatever stands in it, a browser runs none of it and does not guess what it is."""


def disposition(how: str, name: str) -> str:
    """RFC 6266: `attachment` or `inline`; for those who know no other, a name in ASCII as well."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def refusal(refused: HttpError, language: str) -> Response:
    error = {
        "message": refused.problem.message.in_language(language),
        "extensions": {"code": refused.problem.code},
    }
    return refusals([error], refused.status, refused.headers)


def refusals(errors: list[Mapping[str, Any]], status: int, headers: Mapping[str, str]) -> Response:
    """The errors as GraphQL has them, with an HTTP status of their own."""
    told = [{"message": error["message"], "extensions": error["extensions"]} for error in errors]
    return Response(
        dumps({"errors": told}), status, {"Cache-Control": "no-store", **headers}, media_type="application/json"
    )
