"""授权码: what the authorization and token endpoints refuse of applications, by the standard's codes, changing nothing."""

from asyncio import gather
from urllib.parse import urlencode

import pytest
from sqlalchemy import select

from domain.codes import AccountState
from storage.models import AuthorizationCode, Grant, RefreshToken
from tests.asking import ISSUER
from tests.opened_accounts import put_in_state
from tests.server.oauth.flow import REDIRECT, Application, World, challenge_of, refused, returned


async def nothing_was_given(world: World) -> None:
    for table in (Grant, AuthorizationCode, RefreshToken):
        assert await world.count(table) == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "openid members:read"}, "invalid_scope"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"request_uri": "https://evil.test/"}, "request_uri_not_supported"),
        ({"max_age": "soon"}, "invalid_request"),
    ],
    ids=str,
)
async def test_a_wrong_request_is_told_to_the_application(
    world: World, changes: dict[str, str | None], error: str
) -> None:
    application = Application(world)
    answer = returned(await application.authorize(**changes))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, application.state, ISSUER)
    assert "code" not in answer
    await nothing_was_given(world)


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "https://evil.test/",
        f"{ISSUER}",
        f"{ISSUER}/callback",
        f"{ISSUER}/?next=https://evil.test",
        f"{ISSUER}/#",
        f"{ISSUER}.evil.test/",
        "https://DENGTA.test/",
        "http://dengta.test/",
        "https://dengta.test:443/",
        "https://dengta.test@evil.test/",
        "https://dengta.test/../",
        "https://dengta.test/%2e",
        "//dengta.test/",
        "javascript:alert(1)",
        "https://dengta.test/\u00e9",
        'https://dengta.test/"',
        "https://dengta.test/\n",
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_registered(world: World, uri: str | None) -> None:
    for changes in ({}, {"response_type": "token"}, {"code_challenge": None}):
        response = await Application(world).authorize(**{"redirect_uri": uri, **changes})
        assert response.status_code == 400
        assert "location" not in response.headers
        assert "error" in response.json()
    await nothing_was_given(world)


@pytest.mark.parametrize("client_id", [None, "unknown", "' OR '1'='1", "\x00", "党"])
async def test_an_unknown_application_is_sent_nowhere(world: World, client_id: str | None) -> None:
    response = await Application(world).authorize(client_id=client_id)
    assert response.status_code == 400
    assert "location" not in response.headers
    assert response.json()["error"] in {"invalid_client", "invalid_request"}


async def test_a_person_is_shown_a_page_in_their_language(world: World) -> None:
    query = urlencode(Application(world).request(redirect_uri="https://evil.test/", client_id="<script>"))
    headers = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "Accept-Language": "zh-CN"}
    chinese = await world.http.get(f"/oauth/authorize?{query}", headers=headers)
    assert (chinese.status_code, chinese.headers["content-type"]) == (400, "text/html; charset=utf-8")
    assert '<html lang="zh-CN">' in chinese.text
    assert "无法登录该应用" in chinese.text
    assert "<code>invalid_client</code>" in chinese.text
    assert "<script>" not in chinese.text
    assert chinese.headers["content-security-policy"].startswith("default-src 'none'")
    english = await world.http.get(f"/oauth/authorize?{query}", headers={**headers, "Accept-Language": "en"})
    assert '<html lang="en">' in english.text


async def test_a_parameter_that_stands_there_twice_is_refused(world: World) -> None:
    query = urlencode([*Application(world).request().items(), ("redirect_uri", "https://evil.test/")])
    refused(await world.http.get(f"/oauth/authorize?{query}"), "invalid_request")
    form = "grant_type=authorization_code&code=1&code=2&client_id=dengta-console"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    refused(await world.http.post("/oauth/token", content=form, headers=headers), "invalid_request")


async def test_a_port_is_free_to_choose_only_on_the_users_own_machine(world: World) -> None:
    await world.application(
        "desktop", "http://127.0.0.1/callback", "http://[::1]/callback", "https://web.test/callback"
    )
    for uri in ("http://127.0.0.1:49152/callback", "http://[::1]:8080/callback", "http://127.0.0.1/callback"):
        answer = returned(await Application(world, "desktop", uri).authorize(), to=uri)
        assert "code" in answer
    for uri in (
        "https://web.test:8443/callback",
        "http://localhost:49152/callback",
        "http://127.0.0.1:49152/other",
        "http://127.0.0.1:49152/callback?x=1",
        "https://127.0.0.1:49152/callback",
        "http://127.0.0.2:49152/callback",
        "http://user@127.0.0.1:49152/callback",
    ):
        assert (await Application(world, "desktop", uri).authorize()).status_code == 400


async def test_a_port_that_was_registered_is_that_port(world: World) -> None:
    await world.application("fixed", "http://127.0.0.1:5173/")
    assert (await Application(world, "fixed", "http://127.0.0.1:5174/").authorize()).status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "a" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"code_verifier": "short"}, "invalid_request"),
        ({"redirect_uri": f"{REDIRECT}other"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_grant"),
        ({"code": "another"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"client_id": ""}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:device_code"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "invalid_client"),
        ({"grant_type": ""}, "invalid_request"),
    ],
    ids=str,
)
async def test_a_code_is_exchanged_by_who_asked_for_it_alone(world: World, changes: dict[str, str], error: str) -> None:
    application = Application(world)
    code = await application.code()
    refused(await application.exchange(code, **changes), error)
    assert await world.count(RefreshToken) == 0
    assert (await world.audited())[-1] == "tokenRefused"
    assert (await application.exchange(code)).status_code == 200, "the code itself is as good as before"


async def test_the_challenge_is_no_verifier(world: World) -> None:
    application = Application(world)
    code = await application.code()
    refused(await application.exchange(code, code_verifier=challenge_of(application.verifier)), "invalid_grant")


async def test_a_code_of_another_application_is_refused_and_stays_good(world: World) -> None:
    await world.application("other", "https://other.test/")
    application = Application(world)
    code = await application.code()
    refused(await application.exchange(code, client_id="other"), "invalid_grant")
    assert (await application.exchange(code)).status_code == 200


async def test_a_code_that_comes_again_ends_what_came_of_it(world: World, stopwatch: list[float]) -> None:
    application = Application(world)
    code = await application.code()
    tokens = (await application.exchange(code)).json()
    assert (await world.ask(tokens["access_token"])).status_code == 200
    refused(await application.exchange(code), "invalid_grant")
    stopwatch[0] += 1
    answer = await world.ask(tokens["access_token"])
    assert (answer.status_code, answer.headers["www-authenticate"][:28]) == (401, 'Bearer error="invalid_token"')
    refused(await application.refresh(tokens["refresh_token"]), "invalid_grant")
    assert "codeReplayed" in await world.audited()


async def test_a_code_is_good_for_a_minute(world: World) -> None:
    application = Application(world)
    code = await application.code()
    world.later(seconds=60)
    refused(await application.exchange(code), "invalid_grant")


async def test_a_code_of_an_account_that_was_suspended_meanwhile_is_refused(world: World) -> None:
    application = Application(world)
    code = await application.code()
    await put_in_state(world.database, world.person, AccountState.SUSPENDED)
    refused(await application.exchange(code), "invalid_grant")


async def test_a_refresh_token_that_comes_again_ends_its_whole_family(world: World, stopwatch: list[float]) -> None:
    application = Application(world)
    first = await application.tokens()
    second = (await application.refresh(first["refresh_token"])).json()
    refused(await application.refresh(first["refresh_token"]), "invalid_grant")
    refused(await application.refresh(second["refresh_token"]), "invalid_grant")
    stopwatch[0] += 1
    for tokens in (first, second):
        assert (await world.ask(tokens["access_token"])).status_code == 401
    because = await world.database.rows(select(Grant.revoked_because))
    assert because == [("refresh token used twice",)]
    assert "refreshTokenReused" in await world.audited()


async def test_of_many_who_bring_the_same_code_at_once_none_keeps_what_it_got(
    world: World, stopwatch: list[float]
) -> None:
    application = Application(world)
    code = await application.code()
    answers = await gather(*(application.exchange(code) for _ in range(16)))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) == 1
    assert {answer.json()["error"] for answer in answers if answer.status_code != 200} == {"invalid_grant"}
    stopwatch[0] += 1
    assert (await world.ask(given[0]["access_token"])).status_code == 401


async def test_of_many_who_bring_the_same_refresh_token_at_once_none_keeps_what_it_got(
    world: World, stopwatch: list[float]
) -> None:
    application = Application(world)
    first = await application.tokens()
    answers = await gather(*(application.refresh(first["refresh_token"]) for _ in range(16)))
    given = [answer.json() for answer in answers if answer.status_code == 200]
    assert len(given) == 1
    assert await world.count(RefreshToken) == 2
    stopwatch[0] += 1
    assert (await world.ask(given[0]["access_token"])).status_code == 401
    refused(await application.refresh(given[0]["refresh_token"]), "invalid_grant")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "openid profile members:read"}, "invalid_scope"),
        ({"client_id": "other"}, "invalid_grant"),
        ({"client_id": "unknown"}, "invalid_client"),
        ({"refresh_token": "another"}, "invalid_grant"),
    ],
    ids=str,
)
async def test_a_refresh_token_gives_its_own_application_no_more_than_it_had(
    world: World, changes: dict[str, str], error: str
) -> None:
    await world.application("other", "https://other.test/")
    application = Application(world)
    tokens = await application.tokens()
    refused(await application.refresh(tokens["refresh_token"], **changes), error)
    assert await world.count(RefreshToken) == 1
    narrower = await application.refresh(tokens["refresh_token"], scope="openid")
    assert narrower.json()["scope"] == "openid"


async def test_no_credential_is_kept_as_it_is(world: World) -> None:
    application = Application(world)
    code = await application.code()
    tokens = (await application.exchange(code)).json()
    kept = str(await world.database.rows(select(AuthorizationCode))) + str(
        await world.database.rows(select(RefreshToken))
    )
    for secret in (code, tokens["refresh_token"], world.cookie):
        assert secret not in kept
