from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import InvalidRequestError
from starlette.requests import Request

from auth.oauth.requests import Parameters
from server.form_body import FORM, FormTooLongError, NoFormError, form_body

_MOST_BYTES = 65_536
_MOST_FIELDS = 50


async def form_of(request: Request) -> Parameters:
    """InvalidRequestError for a body that is no form, or too long a one."""
    try:
        return _fields(await form_body(request, _MOST_BYTES))
    except NoFormError as error:
        raise InvalidRequestError(f"The body must be {FORM}.") from error
    except FormTooLongError as error:
        raise InvalidRequestError("The body is too long.") from error


def query_of(request: Request) -> Parameters:
    """InvalidRequestError when it has too many parameters."""
    return _fields(request.scope["query_string"])


def _fields(encoded: bytes) -> Parameters:
    try:
        return parse_qsl(encoded.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidRequestError("The parameters cannot be read.") from error
