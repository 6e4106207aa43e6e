"""访问: one request to the sign-in pages, and whose browser it comes from."""

import hmac
import re
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from starlette.requests import Request

from auth.desk import Desk, Visitor
from domain.secrets import new_secret
from server.correlation import correlation_id
from server.negotiation import language_of
from server.routes.http_call import address_of
from storage.browser_sessions import SignedIn, signed_in_account

LANGUAGES = ("zh", "en")
LANGUAGE_COOKIE = "dengta_language"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
_FOLLOWED = re.compile(r"/oauth/authorize\?[!-~]+|/password")
"""Where one may be led after signing in: nowhere but within this server."""


@dataclass(frozen=True, slots=True)
class Visit:
    """`form` holds what was sent, when it was sent by one of our own pages and may be believed."""

    request: Request
    visitor: Visitor
    language: str
    form_token: str
    is_first: bool
    signed_in: SignedIn | None = None
    form: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.request.url.path

    @property
    def next(self) -> str:
        """Empty when there is nothing to return to."""
        asked = self.form.get("next") or self.request.query_params.get("next", "")
        return asked if _FOLLOWED.fullmatch(asked) else ""

    def with_next(self, path: str) -> str:
        return f"{path}?next={quote(self.next, safe='')}" if self.next else path

    @property
    def in_other_language(self) -> str:
        """This page again; what was entered is lost, and what was a form's answer is its first page."""
        other = "en" if self.language == "zh" else "zh"
        here = self.with_next(self.path.removesuffix("/another"))
        return f"{here}{'&' if '?' in here else '?'}lang={other}"


def session_cookie_name(issuer: str) -> str:
    """With the prefix that has browsers refuse it from anywhere but this host (RFC 6265bis, section 4.1.3.2)."""
    return "__Host-dengta_session" if is_secure(issuer) else "dengta_session"


def is_secure(issuer: str) -> bool:
    return issuer.startswith("https:")


def visit_of(desk: Desk, issuer: str, request: Request) -> Visit:
    """Of whoever it is, which is looked up later. Who comes for the first time is given a token, which means nothing
    until both factors were right."""
    cookie = request.cookies.get(session_cookie_name(issuer), "")
    is_first = not _TOKEN.fullmatch(cookie)
    token = new_secret() if is_first else cookie
    return Visit(
        request=request,
        visitor=Visitor(token, address_of(request.scope), correlation_id()),
        language=_language(request),
        form_token=_form_token(desk, token),
        is_first=is_first,
    )


async def recognized(desk: Desk, visit: Visit) -> Visit:
    """With who is signed in at that browser."""
    if visit.is_first:
        return visit
    found = await signed_in_account(desk.database, visit.visitor.session_token, desk.clock())
    return replace(visit, signed_in=found)


def _form_token(desk: Desk, session_token: str) -> str:
    """What a form must bring back: nobody can make it but this server, for this browser."""
    return hmac.digest(desk.code_key, f"form {session_token}".encode(), "sha256").hex()


def is_from_our_pages(visit: Visit, issuer: str, sent_token: str) -> bool:
    """Three locks, of which each would do: the browser's word where the form came from, and the token bound to the
    session. `Origin: null` is what browsers send from pages with our Referrer-Policy, and says nothing."""
    headers = visit.request.headers
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    if headers.get("origin", "null") not in ("null", issuer, _address_asked(issuer, headers.get("host", ""))):
        return False
    return not visit.is_first and hmac.compare_digest(visit.form_token.encode(), sent_token.encode())


def _address_asked(issuer: str, host: str) -> str:
    """This server may be reached under other names than the issuer's; whether by https, a proxy may hide from it."""
    return f"{urlsplit(issuer).scheme}://{host}"


def _language(request: Request) -> str:
    for asked in (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if asked in LANGUAGES:
            return asked
    return language_of(request.headers.get("Accept-Language"))
