"""重定向地址: what can be registered, and what counts as registered."""

import pytest

from auth.oauth.redirect_uris import problem_of


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        ("web.test/callback", "no URI"),
        ("https://", "no URI"),
        ("https://web.test:99999/", "no URI"),
        ("https://web.test/党", "no URI"),
        ("https://web.test/#x", "fragment"),
        ("https://*.web.test/", "wildcard"),
        ("https://me@web.test/", "user"),
        ("http://web.test/", "neither https"),
        ("http://localhost:5173/", "127.0.0.1"),
        ("javascript:alert(1)", "no URI"),
        ("myapp://callback", "neither https"),
    ],
)
def test_nobody_is_sent_back_just_anywhere(uri: str, problem: str) -> None:
    assert problem in str(problem_of(uri))


@pytest.mark.parametrize(
    "uri", ["https://web.test/", "https://web.test:8443/a?b=c", "http://127.0.0.1/", "http://[::1]:8080/"]
)
def test_what_can_be_registered(uri: str) -> None:
    assert problem_of(uri) is None
