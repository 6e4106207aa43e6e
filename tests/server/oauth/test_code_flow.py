"""Signing in at an application: authorization code with PKCE, from the browser's redirect to an answered query."""

from asyncio import gather
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import select

from auth.oauth.registration import ensure_console
from domain.codes import AccountState
from storage.engine import connect
from storage.models import AuditEntry, Client, Grant
from tests.asking import AUDIENCE, AUDIT_KEY, ISSUER
from tests.opened_accounts import put_in_state
from tests.server.oauth.flow import REDIRECT, Application, World, refused, returned
from tests.set_clock import SetClock


async def test_whoever_is_signed_in_comes_back_with_a_code_that_gives_tokens_that_are_answered(world: World) -> None:
    tokens = await Application(world).tokens()
    assert set(tokens) == {"token_type", "access_token", "expires_in", "scope", "refresh_token", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 600, "openid profile")
    answer = await world.ask(tokens["access_token"])
    assert answer.json() == {"data": {"viewer": {"role": "ADMINISTRATOR"}}}
    assert await world.audited() == ["registerClient", "authorize", "token"]


async def test_servers_that_start_together_register_the_console_once(empty_database_url: str) -> None:
    database = connect(empty_database_url, connections=16, audit_key=AUDIT_KEY)

    async def start() -> None:
        async with database.writing() as session:
            await ensure_console(session, "https://dengta.test", SetClock())

    await gather(*(start() for _ in range(8)))
    assert await database.rows(select(Client.client_id)) == [("dengta-console",)]
    assert await database.rows(select(AuditEntry.operation)) == [("registerClient",)]
    async with database.writing() as session:
        await ensure_console(session, "https://moved.test", SetClock())
    assert await database.rows(select(Client.redirect_uris)) == [(["https://moved.test/"],)]
    await database.close()


async def test_an_access_token_is_of_the_profile_of_rfc_9068(world: World) -> None:
    tokens = await Application(world).tokens()
    published = KeySet.import_key_set((await world.http.get("/oauth/jwks.json")).json())
    decoded = jwt.decode(tokens["access_token"], published, algorithms=["ES256"])
    now = int(world.clock().timestamp())
    assert decoded.header == {"alg": "ES256", "typ": "at+jwt", "kid": world.keys.signing.kid}
    claims = decoded.claims
    assert (claims["iss"], claims["aud"], claims["client_id"]) == (ISSUER, AUDIENCE, "dengta-console")
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (now, now + 600, now)
    assert claims["sub"].startswith("subject-")
    assert {"jti", "sid", "scope"} <= set(claims)
    assert "role" not in claims
    assert "organization" not in claims


async def test_an_id_token_says_who_signed_in_to_the_application_that_asked(world: World) -> None:
    application = Application(world)
    tokens = await application.tokens()
    decoded = jwt.decode(tokens["id_token"], world.keys.signing, algorithms=["ES256"])
    claims = decoded.claims
    assert decoded.header["typ"] == "JWT"
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, "dengta-console", application.nonce)
    assert (claims["name"], claims["role"], claims["organization_name"]) == ("张建国", "ADMINISTRATOR", "某县委")
    assert world.person.identity_number not in str(claims)
    assert world.person.phone not in str(claims)


async def test_whoever_is_not_signed_in_is_sent_to_the_sign_in_page_and_back(world: World) -> None:
    response = await Application(world).authorize_signed_out()
    assert response.status_code == 302
    place = urlsplit(response.headers["location"])
    assert place.path == "/sign-in"
    back = parse_qs(place.query)["next"][0]
    assert back.startswith("/oauth/authorize?")
    assert parse_qs(urlsplit(back).query)["redirect_uri"] == [REDIRECT]


async def test_a_suspended_account_is_not_signed_in_any_more(world: World) -> None:
    await put_in_state(world.database, world.person, AccountState.SUSPENDED)
    response = await Application(world).authorize()
    assert response.headers["location"].startswith("/sign-in?next=")


async def test_prompt_none_shows_no_page(world: World) -> None:
    application = Application(world)
    answer = returned(await application.authorize_signed_out(prompt="none"))
    assert (answer["error"], answer["state"], answer["iss"]) == ("login_required", application.state, ISSUER)
    assert "code" in returned(await application.authorize(prompt="none"))
    wrong = returned(await application.authorize(prompt="none login"))
    assert wrong["error"] == "invalid_request"


async def test_a_new_sign_in_can_be_asked_for(world: World) -> None:
    application = Application(world)
    for changes in ({"prompt": "login"}, {"max_age": "0"}):
        again = await application.authorize(**changes)
        assert again.headers["location"].startswith("/sign-in?next=")
        assert "prompt" not in again.headers["location"]
        assert "max_age" not in again.headers["location"]
    world.later(minutes=10)
    assert (await application.authorize(max_age="599")).headers["location"].startswith("/sign-in?next=")
    assert "code" in returned(await application.authorize(max_age="600"))
    silent = returned(await application.authorize(max_age="599", prompt="none"))
    assert silent["error"] == "login_required"


async def test_the_request_may_be_posted(world: World) -> None:
    response = await world.post("/oauth/authorize", None, **Application(world).request())
    assert response.headers["location"].startswith("/sign-in?next=%2Foauth%2Fauthorize%3F")


async def test_a_refresh_token_gives_the_next_ones(world: World) -> None:
    application = Application(world)
    first = await application.tokens()
    world.later(days=29)
    second = (await application.refresh(first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert "id_token" not in second
    world.later(days=29)
    third = await application.refresh(second["refresh_token"])
    assert third.status_code == 200
    assert (await world.ask(third.json()["access_token"])).status_code == 200
    assert await world.count(Grant) == 1


async def test_a_refresh_token_that_was_left_alone_for_a_month_is_good_no_more(world: World) -> None:
    application = Application(world)
    tokens = await application.tokens()
    world.later(days=30)
    refused(await application.refresh(tokens["refresh_token"]), "invalid_grant")


async def test_userinfo_says_who_it_is_now(world: World) -> None:
    tokens = await Application(world).tokens()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = await world.http.get("/oauth/userinfo", headers=headers)
    assert answer.json()["name"] == "张建国"
    assert answer.headers["cache-control"] == "no-store"
    without = await world.http.get("/oauth/userinfo")
    assert (without.status_code, without.headers["www-authenticate"]) == (401, "Bearer")


async def test_the_way_out_ends_session_and_grants_and_leads_back(world: World) -> None:
    application = Application(world)
    tokens = await application.tokens()
    response = await world.http.get(
        "/oauth/end-session",
        params={
            "id_token_hint": tokens["id_token"],
            "client_id": "dengta-console",
            "post_logout_redirect_uri": REDIRECT,
            "state": "xyz",
        },
    )
    assert returned(response) == {"state": "xyz"}
    refused(await application.refresh(tokens["refresh_token"]), "invalid_grant")
    assert (await application.authorize()).headers["location"].startswith("/sign-in")
    assert "endSession" in await world.audited()


async def test_nobody_is_signed_out_by_a_link_alone(world: World) -> None:
    application = Application(world)
    tokens = await application.tokens()
    for hint in ({}, {"client_id": "dengta-console", "post_logout_redirect_uri": REDIRECT}):
        response = await world.http.get("/oauth/end-session", params=hint)
        assert (response.status_code, response.headers["location"]) == (303, "/sign-out")
    for token in (tokens["access_token"], "x.y.z"):
        refused(await world.http.get("/oauth/end-session", params={"id_token_hint": token}), "invalid_request")
    assert "code" in returned(await application.authorize())
