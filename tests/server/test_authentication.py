"""What authentication remembers, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import create_engine, text

from auth.actor import Role
from auth.signing_keys import SigningKeys
from auth.tokens import InvalidTokenError, TokenAuthority, VerifiedTokens
from domain.records import whole_organization
from server import recently_read
from storage.engine import connect
from tests.asking import AUDIT_KEY, Api

COUNTY = whole_organization(7, None, "7/", "中共某县委员会", "COUNTY", "370102", False, False)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


def test_a_remembered_token_expires_all_the_same() -> None:
    clock = Clock()
    authority = TokenAuthority(SigningKeys(ECKey.generate_key("P-256", auto_kid=True)), "https://a.test", "a", clock)
    tokens = VerifiedTokens(authority)
    token = authority.issue("somebody", Role.AUDITOR, COUNTY, timedelta(seconds=60))
    assert tokens.verify(token) is tokens.verify(token)
    clock.now += timedelta(seconds=59)
    assert tokens.verify(token) == authority.verify(token)
    clock.now += timedelta(seconds=1)
    with pytest.raises(InvalidTokenError):
        tokens.verify(token)


def test_a_refused_token_is_refused_again() -> None:
    key, other = (SigningKeys(ECKey.generate_key("P-256", auto_kid=True)) for _ in range(2))
    token = TokenAuthority(other, "https://a.test", "a").issue("x", Role.AUDITOR, COUNTY, timedelta(hours=1))
    tokens = VerifiedTokens(TokenAuthority(key, "https://a.test", "a"))
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            tokens.verify(token)


async def test_an_organisation_that_changes_is_seen_within_a_second(
    own_province_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [100.0]
    monkeypatch.setattr(recently_read, "monotonic", lambda: seconds[0])
    api = Api(connect(own_province_url, connections=1, audit_key=AUDIT_KEY))
    caller = api.as_(COUNTY._replace(id=1))
    query = "{ viewer { tier organization { name } } }"
    before = await caller.ask(query)
    change(own_province_url, "UPDATE organizations SET name = '新名称' WHERE id = 1")
    seconds[0] += 0.4
    assert await caller.ask(query) == before
    seconds[0] += 0.2
    assert (await caller.ask(query))["viewer"]["organization"]["name"] == "新名称"
    await api.http.aclose()
    await api.database.close()


def change(url: str, statement: str) -> None:
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
