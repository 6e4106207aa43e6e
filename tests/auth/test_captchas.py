import asyncio
from io import BytesIO
from wave import open as open_wave

import pytest
from PIL import Image
from sqlalchemy import select

from auth.captchas import captcha_to_draw, new_captcha, picture_of, require_captcha, sound_of
from auth.desk import Desk, Visitor
from auth.rate_limits import TooManyAttemptsError
from storage.models import Captcha
from tests.at_the_desk import refused
from tests.set_clock import SetClock


async def answer_of(desk: Desk, captcha_id: str) -> str:
    answer = await captcha_to_draw(desk, captcha_id)
    assert answer is not None
    return answer


async def test_the_digits_of_the_picture_answer_it_once(desk: Desk, visitor: Visitor) -> None:
    captcha_id = await new_captcha(desk, visitor)
    answer = await answer_of(desk, captcha_id)
    await require_captcha(desk, captcha_id, f" {answer} ")
    assert await refused(require_captcha(desk, captcha_id, answer)) == "WRONG_CAPTCHA"
    assert await captcha_to_draw(desk, captcha_id) is None


async def test_a_wrong_answer_uses_it_up(desk: Desk, visitor: Visitor) -> None:
    captcha_id = await new_captcha(desk, visitor)
    answer = await answer_of(desk, captcha_id)
    assert await refused(require_captcha(desk, captcha_id, "")) == "WRONG_CAPTCHA"
    assert await refused(require_captcha(desk, captcha_id, answer)) == "WRONG_CAPTCHA"


async def test_it_is_good_for_five_minutes(desk: Desk, visitor: Visitor, clock: SetClock) -> None:
    for seconds, good in ((299, True), (300, False)):
        captcha_id = await new_captcha(desk, visitor)
        answer = await answer_of(desk, captcha_id)
        clock.pass_(seconds=seconds)
        if good:
            await require_captcha(desk, captcha_id, answer)
        else:
            assert await captcha_to_draw(desk, captcha_id) is None
            assert await refused(require_captcha(desk, captcha_id, answer)) == "WRONG_CAPTCHA"


async def test_of_sixteen_answers_at_the_same_moment_one_is_taken(desk: Desk, visitor: Visitor) -> None:
    captcha_id = await new_captcha(desk, visitor)
    answer = await answer_of(desk, captcha_id)
    outcomes = await asyncio.gather(
        *(require_captcha(desk, captcha_id, answer) for _ in range(16)), return_exceptions=True
    )
    assert outcomes.count(None) == 1


async def test_only_a_hash_of_the_answer_is_kept(desk: Desk, visitor: Visitor) -> None:
    captcha_id = await new_captcha(desk, visitor)
    ((stored,),) = await desk.database.rows(select(Captcha.answer_hash))
    assert await answer_of(desk, captcha_id) not in stored


async def test_a_browser_is_shown_so_many(desk: Desk, visitor: Visitor) -> None:
    for _ in range(40):
        await new_captcha(desk, visitor)
    with pytest.raises(TooManyAttemptsError):
        await new_captcha(desk, visitor)
    await new_captcha(desk, Visitor("another", visitor.address))


def test_the_picture_is_a_png_and_the_sound_a_wav() -> None:
    assert Image.open(BytesIO(picture_of("12345"))).size == (200, 70)
    with open_wave(BytesIO(sound_of("12345"))) as sound:
        assert sound.getnframes() / sound.getframerate() > 3
