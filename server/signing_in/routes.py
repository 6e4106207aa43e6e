"""登录页面的路由: which path shows which page, and what stands before all of them."""

from asyncio import Semaphore, to_thread
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from auth.captchas import captcha_to_draw, picture_of, sound_of
from auth.desk import Desk
from auth.rate_limits import CAPTCHA_DRAWN_PER_ADDRESS, TooManyAttemptsError, network_of
from server.operations.places import Places, ServerBusyError
from server.routes.http_call import address_of
from server.routes.http_errors import AGAIN_SOON
from server.signing_in.forms import UnreadableFormError, fields_of
from server.signing_in.pages import HEADERS, Pages
from server.signing_in.phone_pages import (
    ACTIVATION,
    RECOVERY,
    send_code,
    send_last,
    send_phone,
    show_code,
    show_last,
    show_phone,
)
from server.signing_in.sign_in_pages import (
    send_another_code,
    send_password,
    send_second_factor,
    send_sign_in,
    send_sign_out,
    show_password,
    show_second_factor,
    show_sign_in,
    show_sign_out,
    show_signed_in,
)
from server.signing_in.visits import Visit, is_from_our_pages, recognized, visit_of
from server.signing_in.words import WORDS
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

_HERE = Path(__file__).parent
_FORBIDDEN, _TOO_MANY, _UNAVAILABLE = 403, 429, 503
_LATER = (DatabaseUnavailableError, StatementTimedOutError, ServerBusyError)
_SOUNDS_AT_ONCE = 1
"""They are mixed in plain Python, and would keep requests waiting."""

Page = Callable[[Pages, Visit], Awaitable[Response]]
Endpoint = Callable[[Request], Awaitable[Response]]


def signing_in_routes(desk: Desk, issuer: str, places: Places) -> list[Route]:
    pages = Pages(desk, issuer, places)
    routes = [
        *_both(pages, "/sign-in", show_sign_in, send_sign_in),
        *_both(pages, "/sign-in/code", show_second_factor, send_second_factor),
        Route("/sign-in/code/another", _sent(pages, send_another_code), methods=["POST"]),
        Route("/signed-in", _shown(pages, show_signed_in)),
        *_both(pages, "/sign-out", show_sign_out, send_sign_out),
        *_both(pages, "/password", show_password, send_password),
        *_captchas(pages),
        _file("/sign-in/pages.css", "pages.css"),
        _file("/sign-in/lighthouse.svg", "lighthouse.svg"),
    ]
    for steps in (ACTIVATION, RECOVERY):
        routes += _both(pages, steps.path, partial(show_phone, steps), partial(send_phone, steps))
        routes += _both(pages, steps.code_path, partial(show_code, steps), partial(send_code, steps))
        routes += _both(pages, steps.last_path, partial(show_last, steps), partial(send_last, steps))
    return routes


def _both(pages: Pages, path: str, show: Page, send: Page) -> list[Route]:
    return [Route(path, _shown(pages, show)), Route(path, _sent(pages, send), methods=["POST"])]


def _shown(pages: Pages, page: Page) -> Endpoint:
    async def answer(request: Request) -> Response:
        visit = visit_of(pages.desk, pages.issuer, request)
        return await _or_why_not(pages, visit, page)

    return answer


def _sent(pages: Pages, page: Page) -> Endpoint:
    """What a form sends is looked at only when it was sent by one of our pages, to this browser."""

    async def answer(request: Request) -> Response:
        visit = visit_of(pages.desk, pages.issuer, request)
        try:
            form = await fields_of(request)
        except UnreadableFormError as error:
            return _failure(pages, visit, error.status, "unreadable", "outdated_text")
        if not is_from_our_pages(visit, pages.issuer, form.get("formToken", "")):
            return _failure(pages, visit, _FORBIDDEN, "outdated", "outdated_text")
        return await _or_why_not(pages, replace(visit, form=form), page)

    return answer


async def _or_why_not(pages: Pages, visit: Visit, page: Page) -> Response:
    """In a place: what the browser sends has all come by now."""
    try:
        async with pages.places.place(visit.visitor.network):
            return await page(pages, await recognized(pages.desk, visit))
    except TooManyAttemptsError as error:
        text = error.problem.message.in_language(visit.language)
        response = pages.page(visit, "failure.html", _TOO_MANY, title=WORDS[visit.language]["too_many"], text=text)
        response.headers["Retry-After"] = str(error.retry_after)
        return response
    except _LATER:
        response = _failure(pages, visit, _UNAVAILABLE, "unavailable", "unavailable_text")
        response.headers.update(AGAIN_SOON)
        return response


def _failure(pages: Pages, visit: Visit, status: int, title: str, text: str) -> Response:
    words = WORDS[visit.language]
    return pages.page(visit, "failure.html", status, title=words[title], text=words[text])


def _captchas(pages: Pages) -> list[Route]:
    sounds = Semaphore(_SOUNDS_AT_ONCE)

    async def picture(request: Request) -> Response:
        digits = await _digits(pages, request)
        return Response(await to_thread(picture_of, digits), headers=HEADERS, media_type="image/png")

    async def sound(request: Request) -> Response:
        digits = await _digits(pages, request)
        async with sounds:
            return Response(await to_thread(sound_of, digits), headers=HEADERS, media_type="audio/wav")

    return [Route("/sign-in/captcha/{id}.png", picture), Route("/sign-in/captcha/{id}.wav", sound)]


async def _digits(pages: Pages, request: Request) -> str:
    network = network_of(address_of(request.scope))
    try:
        async with pages.places.place(network):
            await pages.desk.limits.require(CAPTCHA_DRAWN_PER_ADDRESS, network)
            digits = await captcha_to_draw(pages.desk, request.path_params["id"])
    except TooManyAttemptsError as error:
        raise HTTPException(_TOO_MANY, headers={"Retry-After": str(error.retry_after)}) from error
    except _LATER as error:
        raise HTTPException(_UNAVAILABLE, headers=AGAIN_SOON) from error
    if digits is None:
        raise HTTPException(404)
    return digits


def _file(path: str, name: str) -> Route:
    async def answer(_request: Request) -> Response:
        return FileResponse(_HERE / name, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"})

    return Route(path, answer)
