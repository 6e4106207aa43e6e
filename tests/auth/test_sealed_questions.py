"""密封的问题: only what was sealed here, unchanged and lately, is opened."""

from datetime import UTC, datetime, timedelta

import pytest

from auth.sealed_questions import SealBrokenError, SealedQuestion, SealExpiredError, seal, unseal

KEY, OTHER_KEY = b"a key", b"another key"
NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
QUESTION = SealedQuestion("members", {"where": {"name": {"exact": "欧阳建国"}}, "by": None})


def sealed() -> str:
    text = seal(KEY, QUESTION, NOW)
    assert text is not None
    return text


def test_it_is_opened_as_it_was_sealed_for_a_day() -> None:
    text = sealed()
    assert unseal(KEY, text, NOW + timedelta(hours=23, minutes=59)) == QUESTION
    with pytest.raises(SealExpiredError):
        unseal(KEY, text, NOW + timedelta(days=1))


def test_under_another_key_it_is_not_opened() -> None:
    with pytest.raises(SealBrokenError):
        unseal(OTHER_KEY, sealed(), NOW)


def test_any_character_that_is_another_breaks_the_seal() -> None:
    text = sealed()
    for place, character in enumerate(text):
        if character == "." or text[place + 1 : place + 2] in ("", "."):
            continue  # the last character of a part has bits that say nothing
        with pytest.raises(SealBrokenError):
            unseal(KEY, f"{text[:place]}{'A' if character != 'A' else 'B'}{text[place + 1 :]}", NOW)


@pytest.mark.parametrize("text", ["", ".", "....", "a.b.c.d.e", "x" * 10_000, "ü.ü.ü.ü.ü", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_seal_is_broken(text: str) -> None:
    with pytest.raises(SealBrokenError):
        unseal(KEY, text, NOW)
