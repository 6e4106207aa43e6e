from collections.abc import Awaitable, Callable

import pytest
from joserfc.jwk import ECKey
from starlette.types import ASGIApp

from auth.captchas import captcha_to_draw
from auth.desk import Desk
from auth.signing_keys import SigningKeys
from auth.tokens import TokenAuthority
from server.app import Parts, create_app
from storage.engine import Database
from tests.asking import AUDIENCE
from tests.at_the_desk import CODE_KEY, desk_over
from tests.paged import Browser, Page
from tests.set_clock import SetClock

ISSUER = "http://dengta.test"


@pytest.fixture
def desk(database: Database, clock: SetClock) -> Desk:
    return desk_over(database, clock)


@pytest.fixture
def app_of(desk: Desk, clock: SetClock) -> Callable[[str], ASGIApp]:
    """The application of an issuer."""

    def make(issuer: str) -> ASGIApp:
        authority = TokenAuthority(SigningKeys(ECKey.generate_key("P-256", auto_kid=True)), issuer, AUDIENCE)
        return create_app(Parts(desk.database, authority, clock=clock, code_key=CODE_KEY, passwords=desk.passwords))

    return make


@pytest.fixture
def language() -> str:
    """What the browser asks for."""
    return "en"


@pytest.fixture
def browser(app_of: Callable[[str], ASGIApp], language: str) -> Browser:
    return Browser(app_of(ISSUER), language=language)


@pytest.fixture
def read_captcha(desk: Desk) -> Callable[[Page], Awaitable[str]]:
    """Looks at the picture of a page."""

    async def read(page: Page) -> str:
        digits = await captcha_to_draw(desk, page.captcha)
        assert digits is not None
        return digits

    return read
