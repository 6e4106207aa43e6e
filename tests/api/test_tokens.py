"""Bearer tokens: only what this server signed, for this audience, and while it is good."""

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey

from auth.actor import Role
from auth.signing_keys import SigningKeyError, SigningKeys, signing_keys_at
from auth.tokens import InvalidTokenError, OperatorClaims, TokenAuthority
from domain.records import whole_organization
from tests.asking import AUDIENCE, ISSUER, Api

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEY = ECKey.generate_key("P-256", auto_kid=True)
AUTHORITY = TokenAuthority(SigningKeys(KEY), ISSUER, AUDIENCE, lambda: NOW)
ORGANIZATION = whole_organization(7, None, "7/", "中共某县委员会", "COUNTY", "370102", False, False)


def claims(**changes: Any) -> dict[str, Any]:
    now = int(NOW.timestamp())
    base = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "somebody",
        "iat": now - 10,
        "exp": now + 10,
        "jti": "1",
        "role": "ADMINISTRATOR",
        "organization": "7",
    }
    return {name: value for name, value in {**base, **changes}.items() if value is not None}


def signed(header: dict[str, Any] | None = None, key: Any = KEY, **changes: Any) -> str:
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid, **(header or {})}, claims(**changes), key)


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def test_a_token_says_who_its_bearer_is() -> None:
    token = AUTHORITY.issue("somebody", Role.AUDITOR, ORGANIZATION, timedelta(hours=1))
    found = AUTHORITY.verify(token)
    assert isinstance(found, OperatorClaims)
    assert (found.subject, found.role, found.organization_id) == ("somebody", Role.AUDITOR, 7)
    assert found.expires_at == int(NOW.timestamp()) + 3600


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://elsewhere.test"},
        {"aud": "another"},
        {"exp": int(NOW.timestamp())},
        {"exp": None},
        {"iat": int(NOW.timestamp()) + 60},
        {"nbf": int(NOW.timestamp()) + 60},
        {"sub": None},
        {"jti": None},
        {"iss": None},
        {"aud": None},
        {"role": "EMPEROR"},
        {"role": None},
        {"organization": "everything"},
        {"organization": None},
    ],
    ids=str,
)
def test_a_token_with_wrong_claims_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidTokenError):
        AUTHORITY.verify(signed(**changes))


def test_a_token_of_another_type_is_refused() -> None:
    with pytest.raises(InvalidTokenError, match="not an access token"):
        AUTHORITY.verify(signed({"typ": "JWT"}))


def test_a_token_of_another_key_is_refused() -> None:
    with pytest.raises(InvalidTokenError, match="BadSignatureError"):
        AUTHORITY.verify(signed(key=ECKey.generate_key("P-256")))


@pytest.mark.parametrize(
    "kid",
    [
        None,
        "unknown",
        "../../etc/passwd",
        "https://evil.test/jwks.json",
        "' OR '1'='1",
        "\x00",
        ["a list"],
        {"an": "object"},
        7,
    ],
    ids=str,
)
def test_a_key_id_leads_to_no_key_but_ours(kid: Any) -> None:
    header = {"alg": "ES256", "typ": "at+jwt", "kid": kid}
    with pytest.raises(InvalidTokenError):
        AUTHORITY.verify(_signed_as_it_stands(header, KEY))


@pytest.mark.parametrize("member", ["jwk", "jku", "x5u", "x5c"])
def test_a_key_that_a_token_brings_along_is_not_used(member: str) -> None:
    other = ECKey.generate_key("P-256", auto_kid=True)
    brought = {"jwk": other.as_dict(private=False), "jku": "https://evil.test/jwks.json", "x5u": "https://evil.test/x"}
    header = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid, member: brought.get(member, ["MA=="])}
    with pytest.raises(InvalidTokenError):
        AUTHORITY.verify(_signed_as_it_stands(header, other))


def _signed_as_it_stands(header: dict[str, Any], key: ECKey) -> str:
    """Past what a library would refuse to sign."""
    text = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims()))
    signature = key.get_op_key("sign").sign(text.encode(), ECDSA(SHA256()))
    return f"{text}.{_base64(b''.join(number.to_bytes(32, 'big') for number in decode_dss_signature(signature)))}"


def test_a_token_without_signature_is_refused() -> None:
    parts = [{"alg": "none", "typ": "at+jwt"}, claims()]
    encoded = [_base64(json.dumps(part).encode()) for part in parts]
    with pytest.raises(InvalidTokenError):
        AUTHORITY.verify(".".join([*encoded, ""]))


def test_the_public_key_is_no_shared_secret() -> None:
    """Whoever signs with HS256 and the public key as its secret is refused."""
    signed_part = ".".join(
        _base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "at+jwt", "kid": KEY.kid}, claims())
    )
    signature = hmac.digest(KEY.as_pem(private=False), signed_part.encode(), "sha256")
    with pytest.raises(InvalidTokenError):
        AUTHORITY.verify(f"{signed_part}.{_base64(signature)}")


def test_a_changed_token_is_refused() -> None:
    header, _, signature = signed().split(".")
    changed = _base64(json.dumps(claims(organization="1")).encode())
    with pytest.raises(InvalidTokenError):
        AUTHORITY.verify(f"{header}.{changed}.{signature}")


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer ", "Basic eDp5"])
async def test_a_request_without_a_token_is_answered_401(api: Api, authorization: str) -> None:
    response = await asked_with(api, authorization)
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("authorization", ["Bearer x.y.z", "Bearer \u00e9", "bearer x"])
async def test_a_request_with_a_bad_token_is_answered_401_and_why(api: Api, authorization: str) -> None:
    """RFC 6750, section 3.1."""
    response = await asked_with(api, authorization)
    assert response.headers["www-authenticate"].startswith('Bearer error="invalid_token", error_description="')


async def asked_with(api: Api, authorization: str) -> httpx.Response:
    headers = [(b"Authorization", authorization.encode())]
    response = await api.http.post("/graphql", json={"query": "{ viewer { role } }"}, headers=headers)
    assert response.status_code == 401
    assert response.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}
    return response


async def test_a_token_for_an_organisation_that_is_gone_is_refused(api: Api) -> None:
    response = await api.as_(ORGANIZATION._replace(id=10**12)).post("{ viewer { role } }")
    assert response.status_code == 401


def test_the_signing_key_is_made_once_and_kept(tmp_path: Any) -> None:
    path = tmp_path / "keys" / "signing-key.json"
    made = signing_keys_at(path)
    assert path.stat().st_mode & 0o077 == 0
    assert signing_keys_at(path).signing.thumbprint() == made.signing.thumbprint()


@pytest.mark.parametrize("content", ["", "{}", "no key", '{"kty": "oct", "k": "c2VjcmV0"}'])
def test_a_file_that_is_no_signing_key_is_refused(tmp_path: Any, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(SigningKeyError, match="DENGTA_SIGNING_KEY_FILE"):
        signing_keys_at(path)
