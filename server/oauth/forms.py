from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import InvalidRequestError
from starlette.requests import Request

from auth.oauth.requests import Parameters

_TYPE = "application/x-www-form-urlencoded"
_MOST_BYTES = 65_536
_MOST_FIELDS = 50


async def form_of(request: Request) -> Parameters:
    """InvalidRequestError for a body that is no form, or too long a one."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise InvalidRequestError(f"The body must be {_TYPE}.")
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise InvalidRequestError("The body is too long.")
    return _fields(body)


def query_of(request: Request) -> Parameters:
    """InvalidRequestError when it has too many parameters."""
    return _fields(request.scope["query_string"])


def _fields(encoded: bytes) -> Parameters:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidRequestError("The parameters cannot be read.") from error
