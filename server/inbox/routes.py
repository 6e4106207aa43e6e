"""演示收件箱: a page in place of the telephones that a demonstration does not have. Plain HTML, no JavaScript."""

import re
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from domain.clock import SHANGHAI
from domain.ports import MessageGateway
from server.inbox.words import STATES, WORDS
from server.negotiation import language_of
from storage.engine import Database
from storage.messages import ShownMessage, newest_messages

_FOLDER = Path(__file__).parent
_ENDING = re.compile(r"[0-9]{1,4}")
_SHOWN_DIGITS = 4
_REFRESHES_EVERY = 3  # seconds

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
}

_pages = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def inbox_routes(database: Database, gateway: MessageGateway | None) -> list[Route]:
    """None unless messages stay where the page can show them."""
    if gateway is None or not gateway.keeps_text:
        return []

    async def inbox(request: Request) -> Response:
        asked = _asked(request)
        messages = [_row(message, asked.language) for message in await newest_messages(database, ending=asked.ending)]
        page = _pages.get_template("inbox.html").render(
            asked=asked, messages=messages, words=WORDS[asked.language], refreshes_every=_REFRESHES_EVERY
        )
        return HTMLResponse(page, headers={**_HEADERS, "Content-Language": asked.language, "Vary": "Accept-Language"})

    async def style(_request: Request) -> Response:
        return FileResponse(_FOLDER / "inbox.css", headers={"Cache-Control": "no-cache"})

    return [Route("/inbox", inbox), Route("/inbox/inbox.css", style)]


@dataclass(frozen=True, slots=True)
class _Asked:
    """`ending`: up to four last digits of a telephone. More of it must not stand in an address."""

    language: str
    ending: str
    refreshes: bool


def _asked(request: Request) -> _Asked:
    given = request.query_params
    language = given.get("lang", "")
    ending = given.get("ending", "").strip()
    return _Asked(
        language if language in WORDS else language_of(request.headers.get("Accept-Language")),
        ending if _ENDING.fullmatch(ending) else "",
        given.get("refresh") != "off",
    )


@dataclass(frozen=True, slots=True)
class _Row:
    recipient: str
    text: str | None
    state: str
    time: str
    moment: str


def _row(message: ShownMessage, language: str) -> _Row:
    local = message.queued_at.astimezone(SHANGHAI)
    return _Row(
        recipient="…" + message.recipient[-_SHOWN_DIGITS:],
        text=message.body,
        state=STATES[language][message.state],
        time=f"{local:%Y-%m-%d %H:%M:%S}",
        moment=local.isoformat(timespec="seconds"),
    )
