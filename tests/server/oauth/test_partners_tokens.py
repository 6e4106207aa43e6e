"""合作系统: a partner's system gets tokens by its own secret, and sees what its scopes allow."""

import base64

import pytest
from sqlalchemy import update

from domain.codes import ClientState, Scope
from storage.models import Client, Grant
from tests.asking import AUDIENCE, ISSUER
from tests.server.oauth.flow import SECRET, Application, World, refused

GRANT = {"grant_type": "client_credentials"}
GOOD = ("partner-1", SECRET)


async def partner_token(world: World, **form: str) -> str:
    response = await world.token(GOOD, **GRANT, **form)
    assert response.status_code == 200, response.text
    token: str = response.json()["access_token"]
    return token


async def test_a_partner_gets_a_token_by_either_way_of_showing_its_secret(world: World) -> None:
    await world.partner()
    by_header = await world.token(GOOD, **GRANT)
    by_form = await world.token(None, **GRANT, client_id="partner-1", client_secret=SECRET)
    for response in (by_header, by_form):
        assert response.status_code == 200
        assert set(response.json()) == {"token_type", "access_token", "expires_in", "scope"}
        assert response.json()["scope"].split() == [scope.token for scope in Scope]
        answer = await world.ask(response.json()["access_token"])
        assert answer.json()["data"]["viewer"]["role"] == "PARTNER"


@pytest.mark.parametrize(
    "auth",
    [
        ("partner-1", "another"),
        ("partner-1", ""),
        ("unknown", SECRET),
        ("partner-2", SECRET),
        ("dengta-console", SECRET),
        ("' OR '1'='1", SECRET),
    ],
    ids=str,
)
async def test_who_does_not_have_the_secret_cannot_be_told_from_who_does_not_exist(
    world: World, auth: tuple[str, str]
) -> None:
    await world.partner()
    await world.partner("partner-2", state=ClientState.SUSPENDED)
    response = await world.token(auth, **GRANT)
    refused(response, "invalid_client", 401)
    assert response.headers["www-authenticate"].startswith("Basic ")
    assert response.json()["error_description"] == "Client authentication failed."
    by_form = await world.token(None, **GRANT, client_id=auth[0], client_secret=auth[1] or "x")
    assert by_form.json() == response.json()
    assert await world.count(Grant) == 0
    assert (await world.audited())[-2:] == ["tokenRefused"] * 2


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !", "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(), "Basic AA=="]
)
async def test_a_header_that_cannot_be_read_is_no_authentication(world: World, header: str) -> None:
    response = await world.http.post("/oauth/token", data=GRANT, headers={"Authorization": header})
    refused(response, "invalid_client", 401)


async def test_a_partner_is_not_given_more_than_its_scopes(world: World) -> None:
    await world.partner(scopes=(Scope.ORGANIZATIONS_READ,))
    for scope in ("members:read", "organizations:read members:read", "openid", "*"):
        refused(await world.token(GOOD, **GRANT, scope=scope), "invalid_scope")
    assert await world.count(Grant) == 0


async def test_a_partner_cannot_have_people_sign_in(world: World) -> None:
    await world.partner()
    response = await Application(world, "partner-1").authorize()
    assert response.status_code == 400
    form = {"grant_type": "refresh_token", "refresh_token": "x"}
    refused(await world.token(GOOD, **form), "invalid_client", 401)


@pytest.mark.parametrize(
    ("scope", "query", "hidden"),
    [
        ("organizations:read", "{ members { totalCount } }", ["Query.members"]),
        ("members:read", "{ organizations { totalCount } }", ["Query.organizations"]),
        ("members:read", "{ viewer { organization { name } } }", ["Organization.name"]),
        ("organizations:read", "{ viewer { organization { memberCount } } }", ["Organization.memberCount"]),
        ("changes:read", "{ members { nodes { phone } } }", ["Member.phone", "Query.members"]),
    ],
)
async def test_scopes_are_a_limit_to_what_is_seen(world: World, scope: str, query: str, hidden: list[str]) -> None:
    await world.partner()
    answer = await world.ask(await partner_token(world, scope=scope), query)
    assert answer.json()["errors"][0]["extensions"] == {"code": "FIELD_HIDDEN", "fields": hidden}
    whole = await world.ask(await partner_token(world), query)
    assert "errors" not in whole.json()


async def test_a_partner_that_is_suspended_is_out_within_a_second(world: World, stopwatch: list[float]) -> None:
    await world.partner()
    token = await partner_token(world)
    assert (await world.ask(token)).status_code == 200
    async with world.database.writing() as session:
        suspended = update(Client).where(Client.client_id == "partner-1").values(state=ClientState.SUSPENDED.value)
        await session.execute(suspended)
    stopwatch[0] += 1
    answer = await world.ask(token)
    assert (answer.status_code, answer.headers["www-authenticate"][:28]) == (401, 'Bearer error="invalid_token"')
    refused(await world.token(GOOD, **GRANT), "invalid_client", 401)


async def test_scopes_that_are_taken_away_are_gone_within_a_second(world: World, stopwatch: list[float]) -> None:
    await world.partner()
    token = await partner_token(world)
    assert "errors" not in (await world.ask(token, "{ members { totalCount } }")).json()
    async with world.database.writing() as session:
        await session.execute(update(Client).values(scopes=["organizations:read"]))
    stopwatch[0] += 1
    answer = await world.ask(token, "{ members { totalCount } }")
    assert answer.json()["errors"][0]["extensions"]["code"] == "FIELD_HIDDEN"


async def test_a_partner_looks_into_its_own_tokens_alone(world: World) -> None:
    await world.partner()
    await world.partner("partner-2")
    token = await partner_token(world, scope="members:read")
    own = (await world.post("/oauth/introspect", GOOD, token=token)).json()
    assert own == {
        "active": True,
        "token_type": "Bearer",
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "partner-1",
        "client_id": "partner-1",
        "scope": "members:read",
        "exp": int(world.clock().timestamp()) + 600,
    }
    of_person = (await Application(world).tokens())["access_token"]
    for auth, asked in ((("partner-2", SECRET), token), (GOOD, of_person), (GOOD, "x.y.z"), (GOOD, token + "x")):
        assert (await world.post("/oauth/introspect", auth, token=asked)).json() == {"active": False}
    refused(await world.post("/oauth/introspect", None, token=token, client_id="dengta-console"), "invalid_client", 400)
    refused(await world.post("/oauth/introspect", GOOD), "invalid_request")
    world.later(minutes=10)
    assert (await world.post("/oauth/introspect", GOOD, token=token)).json() == {"active": False}


async def test_a_token_that_was_given_back_is_refused_within_a_second(world: World, stopwatch: list[float]) -> None:
    await world.partner()
    token = await partner_token(world)
    assert (await world.ask(token)).status_code == 200
    assert (await world.post("/oauth/revoke", GOOD, token=token)).status_code == 200
    assert (await world.post("/oauth/introspect", GOOD, token=token)).json() == {"active": False}
    stopwatch[0] += 0.4
    assert (await world.ask(token)).status_code == 200, "what was looked up a moment ago still counts"
    stopwatch[0] += 0.1
    assert (await world.ask(token)).status_code == 401


async def test_nobody_gives_back_the_token_of_another(world: World) -> None:
    await world.partner()
    await world.partner("partner-2")
    token = await partner_token(world)
    refused(await world.post("/oauth/revoke", ("partner-2", SECRET), token=token), "invalid_grant")
    refused(await world.post("/oauth/revoke", ("partner-1", "wrong"), token=token), "invalid_client", 401)
    refused(await world.post("/oauth/revoke", None, token=token), "invalid_client", 400)
    assert (await world.ask(token)).status_code == 200
    unknown = await world.post("/oauth/revoke", GOOD, token=f"{token}x")
    assert unknown.status_code == 200, "RFC 7009, section 2.2"


async def test_an_application_signs_its_person_out_by_giving_back_the_refresh_token(
    world: World, stopwatch: list[float]
) -> None:
    application = Application(world)
    tokens = await application.tokens()
    form = {"token": tokens["refresh_token"], "token_type_hint": "access_token", "client_id": application.client_id}
    assert (await world.post("/oauth/revoke", None, **form)).status_code == 200
    stopwatch[0] += 1
    assert (await world.ask(tokens["access_token"])).status_code == 401
    refused(await application.refresh(tokens["refresh_token"]), "invalid_grant")


async def test_what_was_asked_too_often_waits(world: World) -> None:
    await world.partner()
    for _ in range(60):
        assert (await world.token(GOOD, **GRANT)).status_code == 200
    response = await world.token(GOOD, **GRANT)
    assert (response.status_code, response.headers["retry-after"]) == (429, "60")
    world.later(seconds=60)
    assert (await world.token(GOOD, **GRANT)).status_code == 200
