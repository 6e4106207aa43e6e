"""表单: reading what a form sends."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from server.form_body import FormTooLongError, NoFormError, form_body

_MOST_BYTES = 16_384
_MOST_FIELDS = 20
_NO_FORM, _TOO_LONG = 415, 413


class UnreadableFormError(Exception):
    """The body is too long, or no form, as the status says."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


async def fields_of(request: Request) -> dict[str, str]:
    """UnreadableFormError as soon as it is known to be one. Characters that no text has are left out."""
    try:
        body = await form_body(request, _MOST_BYTES)
        sent = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except FormTooLongError as error:
        raise UnreadableFormError(_TOO_LONG) from error
    except (NoFormError, ValueError) as error:
        raise UnreadableFormError(_NO_FORM) from error
    return {name: "".join(filter(str.isprintable, value)) for name, value in sent}
