"""访问令牌: only what this server signed to be one is answered, as long as what it stands on holds."""

import base64
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import update

from auth import signing_keys
from auth.signing_keys import retire_key, rotate_keys, signing_keys_at
from domain.codes import AccountState, Role
from storage.engine import connect
from storage.grants import revoke_grants_of_account
from storage.models import Account, Grant
from tests.asking import AUDIT_KEY
from tests.opened_accounts import put_in_state, some_organization
from tests.server.oauth.flow import Application, World, make_world

Forge = Callable[[World, dict[str, Any], dict[str, Any]], str]

INVALID = 'Bearer error="invalid_token"'


def encoded(part: dict[str, Any] | bytes) -> str:
    content = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def unsigned(_: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return f"{encoded({**header, 'alg': 'none'})}.{encoded(claims)}."


def signed_with_the_public_key(world: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """As HS256, the public key being the shared secret."""
    text = f"{encoded({**header, 'alg': 'HS256'})}.{encoded(claims)}"
    secret = world.keys.signing.as_pem(private=False)
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), 'sha256'))}"


def signed_as_rsa(_: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode({**header, "alg": "RS256"}, claims, RSAKey.generate_key(2048), algorithms=["RS256"])


def signed_by_a_stranger(_: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
    return jwt.encode(header, claims, ECKey.generate_key("P-256"))


def signature_of(world: World, text: str) -> bytes:
    """By our own key, so that nothing but what the text says can be wrong."""
    signature = world.keys.signing.get_op_key("sign").sign(text.encode(), ECDSA(SHA256()))
    return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(signature))


def with_header(**changes: Any) -> Forge:
    def forge(world: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
        changed = {name: value for name, value in {**header, **changes}.items() if value is not None}
        text = f"{encoded(changed)}.{encoded(claims)}"
        return f"{text}.{encoded(signature_of(world, text))}"

    return forge


def with_claims(**changes: Any) -> Forge:
    def forge(world: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
        changed = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        return jwt.encode(header, changed, world.keys.signing)

    return forge


def with_type(kind: str) -> Forge:
    return lambda world, header, claims: jwt.encode({**header, "typ": kind}, claims, world.keys.signing)


def with_a_symmetric_kid(_: World, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """`kid` points at a file whose content is known to everybody."""
    changed = {**header, "alg": "HS256", "kid": "/dev/null"}
    return jwt.encode(changed, claims, OctKey.import_key(b"\x00" * 32), algorithms=["HS256"])


FORGERIES: dict[str, Forge] = {
    "alg none": unsigned,
    "alg HS256 with the public key": signed_with_the_public_key,
    "alg RS256": signed_as_rsa,
    "another key": signed_by_a_stranger,
    "kid unknown": with_header(kid="unknown"),
    "kid missing": with_header(kid=None),
    "kid as a path": with_header(kid="../../../../dev/null"),
    "kid as a path, signed with its content": with_a_symmetric_kid,
    "kid as an address": with_header(kid="https://evil.test/jwks.json"),
    "kid as SQL": with_header(kid="x' UNION SELECT 'key' --"),
    "kid as a list": with_header(kid=["a"]),
    "type of an ID token": with_type("JWT"),
    "type of a logout token": with_type("logout+jwt"),
    "wrong audience": with_claims(aud="another"),
    "audience of an application": with_claims(aud="dengta-console"),
    "wrong issuer": with_claims(iss="https://evil.test"),
    "issued in the future": with_claims(iat=4_000_000_000),
    "not yet good": with_claims(nbf=4_000_000_000),
    "expired": with_claims(exp=1),
    "without expiry": with_claims(exp=None),
    "without subject": with_claims(sub=None),
    "without client": with_claims(client_id=None),
    "another grant": with_claims(sid="unknown"),
    "another's subject": with_claims(sub="somebody else"),
    "grant as SQL": with_claims(sid="' OR true --"),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_token_is_refused(world: World, name: str) -> None:
    token = (await Application(world).tokens())["access_token"]
    good = jwt.decode(token, world.keys.signing, algorithms=["ES256"])
    assert (await world.ask(jwt.encode(good.header, good.claims, world.keys.signing))).status_code == 200
    before = await world.audited()
    answer = await world.ask(FORGERIES[name](world, dict(good.header), dict(good.claims)))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith(INVALID)
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    assert await world.audited() == before


async def test_an_id_token_is_no_access_token(world: World) -> None:
    tokens = await Application(world).tokens()
    for other in (tokens["id_token"], tokens["refresh_token"]):
        answer = await world.ask(other)
        assert (answer.status_code, answer.headers["www-authenticate"][:28]) == (401, INVALID)


async def test_a_token_is_good_for_ten_minutes(world: World) -> None:
    token = (await Application(world).tokens())["access_token"]
    world.later(seconds=599)
    assert (await world.ask(token)).status_code == 200
    world.later(seconds=1)
    assert (await world.ask(token)).status_code == 401


async def test_a_suspended_account_is_out_within_a_second(world: World, stopwatch: list[float]) -> None:
    token = (await Application(world).tokens())["access_token"]
    assert (await world.ask(token)).status_code == 200
    await put_in_state(world.database, world.person, AccountState.SUSPENDED)
    stopwatch[0] += 1
    assert (await world.ask(token)).status_code == 401
    await put_in_state(world.database, world.person, AccountState.ACTIVE)
    assert (await world.ask(token)).status_code == 200, "its grants were not revoked with it"


async def test_whoever_signs_out_is_out_within_a_second(world: World, stopwatch: list[float]) -> None:
    token = (await Application(world).tokens())["access_token"]
    assert (await world.ask(token)).status_code == 200
    async with world.database.writing() as session:
        assert await revoke_grants_of_account(session, world.person.account_id, "signed out") == 1
    stopwatch[0] += 1
    assert (await world.ask(token)).status_code == 401


async def test_role_and_organisation_are_the_accounts_and_not_the_tokens(world: World, stopwatch: list[float]) -> None:
    token = (await Application(world).tokens())["access_token"]
    query = "{ viewer { role organization { name } } }"
    assert (await world.ask(token, query)).json()["data"]["viewer"]["role"] == "ADMINISTRATOR"
    elsewhere = await some_organization(world.database)
    async with world.database.writing() as session:
        await session.execute(update(Account).values(role=Role.AUDITOR.value, organization_id=elsewhere))
    stopwatch[0] += 1
    assert (await world.ask(token, query)).json()["data"]["viewer"]["role"] == "AUDITOR"


async def test_a_grant_that_is_gone_is_worth_nothing(world: World, stopwatch: list[float]) -> None:
    token = (await Application(world).tokens())["access_token"]
    async with world.database.writing() as session:
        await session.execute(update(Grant).values(expires_at=world.clock()))
    stopwatch[0] += 1
    assert (await world.ask(token)).status_code == 401


async def test_keys_are_rotated_and_retired_while_the_server_runs(
    empty_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(signing_keys, "monotonic", lambda: seconds[0])
    path = tmp_path / "signing-key.json"
    database = connect(empty_database_url, connections=2, audit_key=AUDIT_KEY)
    world = await make_world(database, keys=signing_keys_at(path))
    old_key = world.keys.signing
    application = Application(world)
    old = await application.tokens()

    new_key = rotate_keys(path, 1_700_000_000)
    seconds[0] += 1
    new = (await application.refresh(old["refresh_token"])).json()
    header = json.loads(base64.urlsafe_b64decode(new["access_token"].split(".")[0] + "=="))
    assert header["kid"] == new_key.kid
    for tokens in (old, new):
        assert (await world.ask(tokens["access_token"])).status_code == 200
    published = (await world.http.get("/oauth/jwks.json")).json()["keys"]
    assert [key["kid"] for key in published] == [new_key.kid, old_key.kid]
    assert {name for key in published for name in key} == {"kty", "crv", "x", "y", "kid", "use", "alg"}

    retire_key(path, str(old_key.kid))
    seconds[0] += 1
    assert (await world.ask(old["access_token"])).status_code == 401
    assert (await world.ask(new["access_token"])).status_code == 200
    assert len((await world.http.get("/oauth/jwks.json")).json()["keys"]) == 1
    await world.http.aclose()
    await database.close()
