"""激活与找回密码页面: `/activate` and `/recover`, each of three steps: phone, code, and who one is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from auth.activation import Activation, activate
from auth.captchas import require_captcha
from auth.desk import Desk
from auth.last_steps import START_AGAIN, phone_was_verified
from auth.new_passwords import recover
from auth.rate_limits import TooManyAttemptsError
from auth.verified_phone import name_phone, verify_phone
from domain.codes import CodePurpose
from domain.errors import RefusedError
from server.signing_in.pages import Pages
from server.signing_in.visits import Visit
from storage.verification_codes import awaits_code


@dataclass(frozen=True, slots=True)
class Steps:
    """`finish` does what the phone was verified for; then `notice` is shown where one signs in."""

    purpose: CodePurpose
    path: str
    words: str
    last: str
    finish: Callable[[Desk, Visit], Awaitable[None]]
    notice: str

    @property
    def code_path(self) -> str:
        return f"{self.path}/code"

    @property
    def last_path(self) -> str:
        return f"{self.path}/{self.last}"


async def _activate(desk: Desk, visit: Visit) -> None:
    sent = visit.form.get
    entered = Activation(sent("activationCode", ""), sent("name", ""), sent("identityNumber", ""), sent("password", ""))
    await activate(desk, visit.visitor, entered)


async def _recover(desk: Desk, visit: Visit) -> None:
    sent = visit.form.get
    await recover(desk, visit.visitor, sent("identityNumber", ""), sent("password", ""))


ACTIVATION = Steps(CodePurpose.ACTIVATION, "/activate", "activate", "account", _activate, "activated")
RECOVERY = Steps(CodePurpose.RECOVERY, "/recover", "recover", "password", _recover, "recovered")


async def show_phone(steps: Steps, pages: Pages, visit: Visit) -> Response:
    starts_again = visit.request.query_params.get("notice") == "again"
    return await pages.form(visit, "phone.html", with_captcha=True, steps=steps, starts_again=starts_again)


async def send_phone(steps: Steps, pages: Pages, visit: Visit) -> Response:
    try:
        await require_captcha(pages.desk, visit.form.get("captchaId", ""), visit.form.get("captcha", ""))
        await name_phone(pages.desk, visit.visitor, steps.purpose, visit.form.get("phone", ""))
    except (RefusedError, TooManyAttemptsError) as error:
        return await pages.form(visit, "phone.html", error, with_captcha=True, steps=steps, starts_again=False)
    return pages.to(visit, steps.code_path)


async def show_code(steps: Steps, pages: Pages, visit: Visit) -> Response:
    desk = pages.desk
    if not await awaits_code(desk.database, visit.visitor.session_hash, steps.purpose, desk.clock()):
        return pages.to(visit, steps.path)
    return await pages.form(visit, "phone_code.html", steps=steps)


async def send_code(steps: Steps, pages: Pages, visit: Visit) -> Response:
    try:
        await verify_phone(pages.desk, visit.visitor, steps.purpose, visit.form.get("code", ""))
    except (RefusedError, TooManyAttemptsError) as error:
        return await pages.form(visit, "phone_code.html", error, steps=steps)
    return pages.to(visit, steps.last_path)


async def show_last(steps: Steps, pages: Pages, visit: Visit) -> Response:
    if not await phone_was_verified(pages.desk, visit.visitor, steps.purpose):
        return pages.to(visit, steps.path)
    return await pages.form(visit, f"{steps.words}_{steps.last}.html", steps=steps)


async def send_last(steps: Steps, pages: Pages, visit: Visit) -> Response:
    try:
        await steps.finish(pages.desk, visit)
    except RefusedError as error:
        if START_AGAIN in error.problems:
            return pages.to(visit, f"{steps.path}?notice=again")
        return await pages.form(visit, f"{steps.words}_{steps.last}.html", error, steps=steps)
    except TooManyAttemptsError as error:
        return await pages.form(visit, f"{steps.words}_{steps.last}.html", error, steps=steps)
    return pages.to(visit, f"/sign-in?notice={steps.notice}")
