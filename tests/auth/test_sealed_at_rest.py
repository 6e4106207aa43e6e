import pytest

from auth.sealed_at_rest import EXPORTS, LARGEST, SAVED_QUERIES, UnsealableError, seal_at_rest, unseal_at_rest

KEY = b"the key of one-time codes in tests"
QUESTION = {"where": {"name": {"exact": "欧阳建国"}}, "columns": ["NAME"]}


def sealed(value: object, purpose: bytes = EXPORTS, key: bytes = KEY) -> str:
    found = seal_at_rest(key, purpose, value)
    assert found is not None
    return found


def test_it_is_given_back_as_it_was_and_told_to_nobody_else() -> None:
    assert unseal_at_rest(KEY, EXPORTS, sealed(QUESTION)) == QUESTION
    assert sealed(QUESTION) != sealed(QUESTION)


def test_as_much_as_may_be_asked_at_once_is_kept() -> None:
    numbers = {"where": {"identityNumber": {"multi": [f"3701021990{n:08}" for n in range(5_000)]}}}
    assert unseal_at_rest(KEY, SAVED_QUERIES, sealed(numbers, SAVED_QUERIES)) == numbers
    assert seal_at_rest(KEY, SAVED_QUERIES, "a" * (LARGEST - 2)) is not None
    assert seal_at_rest(KEY, SAVED_QUERIES, "a" * (LARGEST - 1)) is None


@pytest.mark.parametrize(
    "text",
    ["", "rubbish", "a.b.c.d.e", sealed(QUESTION, SAVED_QUERIES), sealed(QUESTION, key=b"x"), sealed(QUESTION)[:-2]],
)
def test_what_was_not_sealed_for_this_is_not_opened(text: str) -> None:
    with pytest.raises(UnsealableError):
        unseal_at_rest(KEY, EXPORTS, text)
