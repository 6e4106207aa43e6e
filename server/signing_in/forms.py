"""表单: reading what a form sends."""

from urllib.parse import parse_qsl

from starlette.requests import Request

_MOST_BYTES = 16_384
_MOST_FIELDS = 20
_TYPE = "application/x-www-form-urlencoded"


_NO_FORM, _TOO_LONG = 415, 413


class UnreadableFormError(Exception):
    """The body is too long, or no form, as the status says."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def fields_of(request: Request) -> dict[str, str]:
    """UnreadableFormError as soon as it is known to be one. Characters that no text has are left out."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _TYPE:
        raise UnreadableFormError(_NO_FORM)
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise UnreadableFormError(_TOO_LONG)
    try:
        sent = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise UnreadableFormError(_NO_FORM) from error
    return {name: "".join(filter(str.isprintable, value)) for name, value in sent}
