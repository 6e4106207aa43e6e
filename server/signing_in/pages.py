"""页面: HTML in both languages, without a line of JavaScript."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from auth.captchas import new_captcha
from auth.desk import Desk
from auth.rate_limits import TooManyAttemptsError
from domain.errors import Problem, RefusedError
from server.operations.places import Places
from server.signing_in.visits import LANGUAGE_COOKIE, Visit, is_secure, session_cookie_name
from server.signing_in.words import WORDS

_HERE = Path(__file__).parent

# Chromium holds the redirects that follow a form to form-action too. After a sign-in they would lead to the
# applications that people sign in at, so the chain ends at `/signed-in`, whose page goes on by itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}

_UNPROCESSABLE, _TOO_MANY = 422, 429

_pages = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Pages:
    """Answers with pages, and looks after the cookies."""

    desk: Desk
    issuer: str
    places: Places

    async def form(
        self,
        visit: Visit,
        template: str,
        error: RefusedError | TooManyAttemptsError | None = None,
        *,
        with_captcha: bool = False,
        **values: Any,
    ) -> Response:
        """A page with a form; what was wrong with it stands above, and beside the fields."""
        if with_captcha:
            values["captcha_id"] = await new_captcha(self.desk, visit.visitor)
        problems = _problems_of(error)
        status = 200 if error is None else _TOO_MANY if isinstance(error, TooManyAttemptsError) else _UNPROCESSABLE
        response = self.page(visit, template, status, problems, **values)
        if isinstance(error, TooManyAttemptsError):
            response.headers["Retry-After"] = str(error.retry_after)
        return response

    def page(
        self, visit: Visit, template: str, status: int = 200, problems: Sequence[Problem] = (), **values: Any
    ) -> Response:
        words = WORDS[visit.language]
        shown = {
            **values,
            "visit": visit,
            "words": words,
            "problems": [_shown(problem, visit.language) for problem in problems],
            "entered": visit.form,
        }
        html = _pages.get_template(template).render(**shown, page=shown)
        response = HTMLResponse(html, status, {**HEADERS, "Content-Language": visit.language})
        return self._with_cookies(visit, response)

    def to(self, visit: Visit, path: str, session_token: str | None = None) -> Response:
        """303; with a token the browser's session is that one from now on, with an empty one it has none."""
        response = RedirectResponse(path, 303, HEADERS)
        if session_token is None:
            return self._with_cookies(visit, response)
        self._set_session(response, session_token)
        return response

    def _with_cookies(self, visit: Visit, response: Response) -> Response:
        if visit.is_first:
            self._set_session(response, visit.visitor.session_token)
        if visit.request.query_params.get("lang") == visit.language:
            response.set_cookie(
                LANGUAGE_COOKIE, visit.language, secure=is_secure(self.issuer), httponly=True, samesite="lax"
            )
        return response

    def _set_session(self, response: Response, session_token: str) -> None:
        """No Max-Age: the cookie ends with the browser, the session after a working day at the latest."""
        name, secure = session_cookie_name(self.issuer), is_secure(self.issuer)
        if session_token:
            response.set_cookie(name, session_token, path="/", secure=secure, httponly=True, samesite="lax")
        else:
            response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def _problems_of(error: RefusedError | TooManyAttemptsError | None) -> Sequence[Problem]:
    if error is None:
        return ()
    return error.problems if isinstance(error, RefusedError) else (error.problem,)


def _shown(problem: Problem, language: str) -> Mapping[str, str]:
    """`field` is the name of the input that the problem is about, empty when it is about none or all."""
    return {
        "code": problem.code,
        "text": problem.message.in_language(language),
        "field": str(problem.path[-1]) if problem.path else "",
    }
