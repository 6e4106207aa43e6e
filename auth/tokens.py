"""访问令牌: access tokens as JWTs of the RFC 9068 profile, signed with ES256."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from auth.actor import Role
from domain.clock import Clock, system_clock
from domain.records import OrganizationRecord

_ALGORITHM = "ES256"
_TYPE = "at+jwt"
_MOST_TOKENS = 10_000
"""That are remembered."""


class InvalidTokenError(Exception):
    """The access token is not one that this server accepts."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a verified token says of its bearer."""

    subject: str
    role: Role
    organization_id: int
    expires_at: int


@dataclass(frozen=True, slots=True)
class TokenAuthority:
    """Issues and verifies the access tokens of one issuer for one audience."""

    key: ECKey
    issuer: str
    audience: str
    clock: Clock = system_clock

    def issue(self, subject: str, role: Role, organization: OrganizationRecord, lifetime: timedelta) -> str:
        now = int(self.clock().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": subject,
            "iat": now,
            "exp": now + int(lifetime.total_seconds()),
            "jti": token_urlsafe(16),
            "role": role.value,
            "organization": str(organization.id),
            "organization_name": organization.name,
        }
        return jwt.encode({"alg": _ALGORITHM, "typ": _TYPE, "kid": self.key.kid}, claims, self.key)

    def verify(self, token: str) -> Claims:
        """InvalidTokenError unless signature, type, issuer, audience, times and our own claims all hold."""
        try:
            decoded = jwt.decode(token, self.key, algorithms=[_ALGORITHM])
            self._registry().validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidTokenError(type(error).__name__) from error
        if str(decoded.header.get("typ", "")).lower().removeprefix("application/") != _TYPE:
            raise InvalidTokenError("not an access token")
        return _claims(decoded.claims)

    def _registry(self) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self.clock().timestamp()),
            iss={"essential": True, "value": self.issuer},
            aud={"essential": True, "value": self.audience},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            jti={"essential": True},
        )


class VerifiedTokens:
    """Tokens that were found good, until they expire: to verify a signature costs more than a small query."""

    def __init__(self, authority: TokenAuthority) -> None:
        self._authority = authority
        self._claims: dict[str, Claims] = {}

    def verify(self, token: str) -> Claims:
        """InvalidTokenError as the authority has it."""
        claims = self._claims.get(token)
        if claims is not None and claims.expires_at > self._authority.clock().timestamp():
            return claims
        self._claims.pop(token, None)
        claims = self._authority.verify(token)
        if len(self._claims) >= _MOST_TOKENS:
            self._claims.clear()
        self._claims[token] = claims
        return claims


def _claims(claims: dict[str, Any]) -> Claims:
    try:
        return Claims(
            subject=str(claims["sub"]),
            role=Role[str(claims["role"])],
            organization_id=int(claims["organization"]),
            expires_at=int(claims["exp"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise InvalidTokenError("claims of another kind of token") from error
