"""图形验证码: five digits in a picture, or spoken; good for one answer, within five minutes.

The answer follows from the id and this server's secret, so that every process can draw it, and nobody else.
"""

import hmac
from datetime import timedelta
from functools import cache
from secrets import token_urlsafe

from captcha.audio import AudioCaptcha
from captcha.image import ImageCaptcha

from auth.desk import CodeDesk, Visitor
from auth.one_time_codes import hashed_code
from auth.rate_limits import CAPTCHA_PER_ADDRESS, CAPTCHA_PER_SESSION
from domain.errors import Message, Problem, RefusedError
from domain.texts import can_be_stored
from storage.captchas import add_captcha, captcha_is_open, take_captcha

LIFETIME = timedelta(minutes=5)
DIGITS = 5

_WRONG = Problem(
    "WRONG_CAPTCHA",
    Message(
        "图形验证码不正确或已过期，请输入新的图形验证码。",
        "The digits of the picture are wrong or have expired. Enter those of the new picture.",
    ),
    ("captcha",),
)


async def new_captcha(desk: CodeDesk, visitor: Visitor) -> str:
    """Its id. TooManyAttemptsError when too many were asked for."""
    await desk.limits.require(CAPTCHA_PER_SESSION, visitor.session_hash)
    await desk.limits.require(CAPTCHA_PER_ADDRESS, visitor.network)
    captcha_id = token_urlsafe(16)
    answer_hash = hashed_code(_answer(desk, captcha_id), desk.code_key)
    async with desk.database.writing() as session:
        await add_captcha(session, captcha_id, answer_hash, desk.clock() + LIFETIME)
    return captcha_id


async def captcha_to_draw(desk: CodeDesk, captcha_id: str) -> str | None:
    """The digits, or None when there is nothing to answer any more."""
    is_open = await captcha_is_open(desk.database, captcha_id, desk.clock())
    return _answer(desk, captcha_id) if is_open else None


async def require_captcha(desk: CodeDesk, captcha_id: str, typed: str) -> None:
    """RefusedError WRONG_CAPTCHA unless it answers."""
    if not await answers_captcha(desk, captcha_id, typed):
        raise RefusedError(_WRONG)


async def answers_captcha(desk: CodeDesk, captcha_id: str, typed: str) -> bool:
    """Not another answer, a second one, or a late one."""
    if not can_be_stored(captcha_id):
        return False
    async with desk.database.writing() as session:
        answer_hash = await take_captcha(session, captcha_id, desk.clock())
    return answer_hash is not None and hmac.compare_digest(answer_hash, hashed_code(typed, desk.code_key))


def picture_of(digits: str) -> bytes:
    """PNG. A matter of milliseconds."""
    return _pictures().generate(digits).getvalue()


def sound_of(digits: str) -> bytes:
    """WAV, about 13 seconds in English, mixed in plain Python for a seventh of a second: not in the event loop."""
    return bytes(_sounds().generate(digits))


@cache
def _pictures() -> ImageCaptcha:
    return ImageCaptcha(200, 70)


@cache
def _sounds() -> AudioCaptcha:
    return AudioCaptcha()


def _answer(desk: CodeDesk, captcha_id: str) -> str:
    number = int.from_bytes(hmac.digest(desk.code_key, f"captcha {captcha_id}".encode(), "sha256"))
    return f"{number % 10**DIGITS:0{DIGITS}}"
