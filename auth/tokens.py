"""访问令牌: access tokens as JWTs of the RFC 9068 profile, signed with ES256.

Those of the authorization server name their grant (`sid`), and what that is worth is looked up. Those of an operator
(`dengta token`) name none: they say by themselves who their bearer is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key
from joserfc.jwt import Token

from auth.actor import Role
from auth.signing_keys import ALGORITHM, SigningKeys
from domain.clock import Clock, system_clock
from domain.records import OrganizationRecord
from storage.standing import Standing

_ACCESS_TOKEN = "at+jwt"  # noqa: S105 # a media type, RFC 9068, section 2.1
_MOST_TOKENS = 10_000
"""That are remembered."""


class InvalidTokenError(Exception):
    """The access token is not one that this server accepts."""


@dataclass(frozen=True, slots=True)
class OperatorClaims:
    """What an operator's token says of its bearer."""

    subject: str
    expires_at: int
    role: Role
    organization_id: int


@dataclass(frozen=True, slots=True)
class GrantClaims:
    """What a token of the authorization server says: whose it is, and of which grant."""

    subject: str
    expires_at: int
    grant_id: str
    client_id: str
    scope: frozenset[str]


@dataclass(frozen=True, slots=True)
class ForeignClaims:
    """What a token of a trusted issuer says: which account its bearer holds, by subject or identity number.

    `client_id` is the application in the issuer's words; empty when the token names none.
    """

    account: str
    expires_at: int
    client_id: str


Claims = OperatorClaims | GrantClaims | ForeignClaims

Backing = tuple[type, str | int]
"""What claims are worth something by: a grant, an account, or the organisation of an operator."""


def backing_of(claims: Claims) -> Backing:
    if isinstance(claims, GrantClaims):
        return GrantClaims, claims.grant_id
    if isinstance(claims, ForeignClaims):
        return ForeignClaims, claims.account
    return OperatorClaims, claims.organization_id


@dataclass(frozen=True, slots=True)
class TokenAuthority:
    """Issues and verifies the tokens of one issuer; access tokens are for one audience."""

    keys: SigningKeys
    issuer: str
    audience: str
    clock: Clock = system_clock

    def issue(self, subject: str, role: Role, organization: OrganizationRecord, lifetime: timedelta) -> str:
        """An operator's token."""
        claims = {
            "sub": subject,
            "role": role.value,
            "organization": str(organization.id),
            "organization_name": organization.name,
        }
        return self._access_token(claims, lifetime)

    def issue_for_grant(self, standing: Standing, scope: str, lifetime: timedelta) -> str:
        """Role and organisation do not stand in it: they are looked up with the grant."""
        claims = {
            "sub": standing.subject,
            "client_id": standing.client_id,
            "scope": scope,
            "sid": standing.grant_id,
            "auth_time": int(standing.authenticated_at.timestamp()) if standing.authenticated_at else None,
        }
        return self._access_token(claims, lifetime)

    def _access_token(self, claims: dict[str, Any], lifetime: timedelta) -> str:
        now = self.now()
        common = {
            "iss": self.issuer,
            "aud": self.audience,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": token_urlsafe(16),
        }
        key = self.keys.signing
        return jwt.encode({"alg": ALGORITHM, "typ": _ACCESS_TOKEN, "kid": key.kid}, {**common, **claims}, key)

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock().timestamp())

    def verify(self, token: str) -> Claims:
        """InvalidTokenError unless signature, type, issuer, audience, times and our own claims all hold."""
        try:
            decoded = decoded_with(self._key_of, token)
            self._registry().validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidTokenError(type(error).__name__) from error
        require_access_token(decoded)
        return _claims(decoded.claims)

    def _key_of(self, key_id: object) -> ECKey:
        key = self.keys.verifying(key_id)
        if key is None:
            raise InvalidTokenError("signed with no key of ours")
        return key

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return access_token_claims(self.now, self.issuer, self.audience)


def decoded_with(key_of: Callable[[object], Key], token: str, algorithms: Sequence[str] = (ALGORITHM,)) -> Token:
    """`key_of` gives the key for the token's `kid`. No other member of the header says anything about the key."""
    return jwt.decode(token, lambda signed: key_of(signed.headers().get("kid")), algorithms=algorithms)


def require_access_token(decoded: Token) -> None:
    """The type tells access tokens from ID tokens of the same issuer (RFC 9068, section 4)."""
    if str(decoded.header.get("typ", "")).lower().removeprefix("application/") != _ACCESS_TOKEN:
        raise InvalidTokenError("not an access token")


def access_token_claims(now: Callable[[], int], issuer: str, audience: str) -> jwt.JWTClaimsRegistry:
    """Those that RFC 9068, section 2.2, requires of every access token, but for `client_id`."""
    return jwt.JWTClaimsRegistry(
        now=now,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": audience},
        exp={"essential": True},
        iat={"essential": True},
        sub={"essential": True},
        jti={"essential": True},
    )


class VerifiedTokens:
    """Tokens that were found good, until they expire: to verify a signature costs more than a small query.

    When the keys change, all are looked at again.
    """

    def __init__(self, authority: TokenAuthority) -> None:
        self._authority = authority
        self._claims: dict[str, Claims] = {}
        self._keys_version = authority.keys.version

    def verify(self, token: str) -> Claims:
        """InvalidTokenError as the authority has it."""
        self._forget_if_keys_changed()
        claims = self._claims.get(token)
        if claims is not None and not self.has_expired(claims):
            return claims
        self._claims.pop(token, None)
        claims = self._authority.verify(token)
        if len(self._claims) >= _MOST_TOKENS:
            self._claims.clear()
        self._claims[token] = claims
        return claims

    def has_expired(self, claims: Claims) -> bool:
        return claims.expires_at <= self._authority.clock().timestamp()

    def version_of_keys(self) -> int:
        """Another one once the keys are others: whatever was found good by the old ones may not be any more."""
        self._authority.keys.all()
        return self._authority.keys.version

    def _forget_if_keys_changed(self) -> None:
        version = self.version_of_keys()
        if version != self._keys_version:
            self._claims.clear()
            self._keys_version = version


def _claims(claims: dict[str, Any]) -> Claims:
    try:
        subject, expires_at = str(claims["sub"]), int(claims["exp"])
        if "sid" in claims:
            scope = frozenset(str(claims["scope"]).split())
            return GrantClaims(subject, expires_at, str(claims["sid"]), str(claims["client_id"]), scope)
        return OperatorClaims(subject, expires_at, Role[str(claims["role"])], int(claims["organization"]))
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidTokenError("claims of another kind of token") from error
