"""登录页面: `/sign-in`, `/sign-in/code`, `/signed-in`, `/sign-out` and `/password`."""

from starlette.responses import Response

from auth.captchas import require_captcha
from auth.new_passwords import change_password
from auth.rate_limits import TooManyAttemptsError
from auth.sign_in import check_password, check_second_factor, send_another_second_factor
from auth.sign_out import sign_out
from domain.codes import CodePurpose
from domain.errors import RefusedError
from server.signing_in.pages import Pages
from server.signing_in.visits import Visit
from storage.verification_codes import awaits_code

NOTICES = ("activated", "recovered", "signed_out")


async def show_sign_in(pages: Pages, visit: Visit) -> Response:
    return await _sign_in_form(pages, visit)


async def send_sign_in(pages: Pages, visit: Visit) -> Response:
    try:
        await require_captcha(pages.desk, visit.form.get("captchaId", ""), visit.form.get("captcha", ""))
        await check_password(pages.desk, visit.visitor, visit.form.get("userName", ""), visit.form.get("password", ""))
    except (RefusedError, TooManyAttemptsError) as error:
        return await _sign_in_form(pages, visit, error)
    return pages.to(visit, visit.with_next("/sign-in/code"))


async def _sign_in_form(
    pages: Pages, visit: Visit, error: RefusedError | TooManyAttemptsError | None = None
) -> Response:
    asked = visit.request.query_params.get("notice", "")
    notice = asked if asked in NOTICES else ""
    return await pages.form(visit, "sign_in.html", error, with_captcha=True, notice=notice)


async def show_second_factor(pages: Pages, visit: Visit) -> Response:
    if not await _awaits_second_factor(pages, visit):
        return pages.to(visit, visit.with_next("/sign-in"))
    return await pages.form(visit, "second_factor.html")


async def send_second_factor(pages: Pages, visit: Visit) -> Response:
    try:
        session_token = await check_second_factor(pages.desk, visit.visitor, visit.form.get("code", ""))
    except (RefusedError, TooManyAttemptsError) as error:
        return await pages.form(visit, "second_factor.html", error)
    return pages.to(visit, visit.with_next("/signed-in"), session_token)


async def send_another_code(pages: Pages, visit: Visit) -> Response:
    try:
        await send_another_second_factor(pages.desk, visit.visitor)
    except TooManyAttemptsError as error:
        return await pages.form(visit, "second_factor.html", error)
    return pages.to(visit, visit.with_next("/sign-in/code"))


async def _awaits_second_factor(pages: Pages, visit: Visit) -> bool:
    desk = pages.desk
    return await awaits_code(desk.database, visit.visitor.session_hash, CodePurpose.SIGN_IN, desk.clock())


async def show_signed_in(pages: Pages, visit: Visit) -> Response:
    """Goes on to `next` by itself: the redirects after a form may not leave this server (`CONTENT_SECURITY_POLICY`)."""
    if visit.signed_in is None:
        return pages.to(visit, visit.with_next("/sign-in"))
    role = visit.signed_in.role
    changed = visit.request.query_params.get("notice") == "changed"
    return pages.page(
        visit, "signed_in.html", role=role.chinese if visit.language == "zh" else role.english, changed=changed
    )


async def show_sign_out(pages: Pages, visit: Visit) -> Response:
    if visit.signed_in is None:
        return pages.to(visit, "/sign-in?notice=signed_out")
    return pages.page(visit, "sign_out.html")


async def send_sign_out(pages: Pages, visit: Visit) -> Response:
    await sign_out(pages.desk, visit.visitor)
    return pages.to(visit, "/sign-in?notice=signed_out", session_token="")


async def show_password(pages: Pages, visit: Visit) -> Response:
    if visit.signed_in is None:
        return pages.to(visit, "/sign-in?next=%2Fpassword")
    return await pages.form(visit, "password.html")


async def send_password(pages: Pages, visit: Visit) -> Response:
    if visit.signed_in is None:
        return pages.to(visit, "/sign-in?next=%2Fpassword")
    old, new = visit.form.get("oldPassword", ""), visit.form.get("newPassword", "")
    try:
        session_token = await change_password(pages.desk, visit.visitor, visit.signed_in, old, new)
    except (RefusedError, TooManyAttemptsError) as error:
        return await pages.form(visit, "password.html", error)
    return pages.to(visit, "/signed-in?notice=changed", session_token)
