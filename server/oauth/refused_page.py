"""What a person sees when an application sent them here with a request that nobody can be sent back with."""

from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from server.negotiation import accepted_media_type, language_of
from server.signing_in.pages import HEADERS

_HTML, _JSON = "text/html", "application/json"

_WORDS = {
    "zh": (
        "zh-CN",
        "无法登录该应用",
        "该应用的登录请求有误，为安全起见没有返回该应用。请关闭此页面，并联系该应用的管理人员。",
    ),
    "en": (
        "en",
        "This application cannot be signed in to",
        "Its request is wrong, and to be safe you were not sent back to it. Close this page and tell those who run it.",
    ),
}
_PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · 灯塔</title>
<link rel="stylesheet" href="/sign-in/pages.css">
</head>
<body>
<main>
<h1>{title}</h1>
<p role="alert">{text}</p>
<p><code>{error}</code> {description}</p>
</main>
</body>
</html>
"""


def prefers_a_page(request: Request) -> bool:
    """Programs, which do not say so, get the standard's JSON."""
    return accepted_media_type(request.headers.get("accept"), (_JSON, _HTML)) == _HTML


def refused_page(request: Request, status: int, body: dict[str, Any]) -> Response:
    language, title, text = _WORDS[language_of(request.headers.get("accept-language"))]
    error, description = (escape(str(body.get(name, ""))) for name in ("error", "error_description"))
    page = _PAGE.format(language=language, title=title, text=text, error=error, description=description)
    return HTMLResponse(page, status, {**HEADERS, "Content-Language": language})
