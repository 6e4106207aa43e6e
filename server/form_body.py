"""表单: the body that a form sends, as bytes."""

from starlette.requests import Request

FORM = "application/x-www-form-urlencoded"


class NoFormError(Exception):
    """The body is of another media type."""


class FormTooLongError(Exception):
    """The body is longer than it may be."""


async def form_body(request: Request, most_bytes: int) -> bytes:
    """NoFormError; FormTooLongError as soon as it is known to be too long."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise NoFormError
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise FormTooLongError
    return body
