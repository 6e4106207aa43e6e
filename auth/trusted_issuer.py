"""外部签发者: access tokens of an OpenID provider that the operator trusts beside our own (DENGTA_TRUSTED_ISSUER)."""

import logging
from asyncio import Lock
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from math import inf
from time import monotonic
from typing import Any

import httpx
import orjson
from authlib.common.security import is_secure_transport
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey, import_key

from auth.tokens import ForeignClaims, InvalidTokenError, access_token_claims, decoded_with, require_access_token
from domain.clock import Clock, system_clock

_ALGORITHMS = ("ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "Ed25519", "EdDSA")
"""Of public keys alone: nobody who can verify can sign."""

_KEYS_ARE_GOOD_FOR = 600.0
_ASKED_AT_MOST_EVERY = 30.0
_PATIENCE = 3.0
"""Seconds. A token with an unknown key has the keys fetched anew, but not more often than that."""

_MOST_TOKENS = 10_000
_DISCOVERY = "/.well-known/openid-configuration"

_log = logging.getLogger(__name__)


class TrustedIssuer:
    """Verifies the issuer's tokens with the keys that its discovery document leads to."""

    def __init__(self, issuer: str, audience: str, claim: str = "sub", clock: Clock = system_clock) -> None:
        self.issuer = issuer
        self._audience = audience
        self._claim = claim
        self._clock = clock
        self._keys: Mapping[str, Key] = {}
        self._fetched_at = -inf
        self._asked_at = -inf
        self._asking = Lock()
        self._verified: dict[str, ForeignClaims] = {}

    def may_have_issued(self, token: str) -> bool:
        """Whether the token names the issuer; that it tells the truth is yet to be seen."""
        try:
            payload = token.split(".")[1]
            claims = orjson.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return isinstance(claims, dict) and claims.get("iss") == self.issuer
        except (IndexError, ValueError):
            return False

    async def verify(self, token: str) -> ForeignClaims:
        """InvalidTokenError unless signature, type, issuer, audience and times hold and it names an account."""
        known = self._verified.get(token)
        if known is not None and known.expires_at > self._clock().timestamp() and self._are_fresh():
            return known
        self._verified.pop(token, None)
        claims = await self._verify(token)
        if len(self._verified) >= _MOST_TOKENS:
            self._verified.clear()
        self._verified[token] = claims
        return claims

    async def _verify(self, token: str) -> ForeignClaims:
        if not self._are_fresh():
            await self._fetch()
        try:
            return self._verified_with_known_keys(token)
        except _UnknownKeyError:
            await self._fetch()
            return self._verified_with_known_keys(token)

    def _verified_with_known_keys(self, token: str) -> ForeignClaims:
        try:
            decoded = decoded_with(self._key_of, token, _ALGORITHMS)
            registry = access_token_claims(lambda: int(self._clock().timestamp()), self.issuer, self._audience)
            registry.validate(decoded.claims)
        except (JoseError, ValueError) as error:
            raise InvalidTokenError(type(error).__name__) from error
        require_access_token(decoded)
        account = decoded.claims.get(self._claim)
        if not isinstance(account, str) or not account or "\x00" in account:
            raise InvalidTokenError(f"no account in the claim {self._claim}")
        return ForeignClaims(account, int(decoded.claims["exp"]), str(decoded.claims.get("client_id", "")))

    def _key_of(self, key_id: object) -> Key:
        key = self._keys.get(key_id) if isinstance(key_id, str) else None
        if key is None:
            raise _UnknownKeyError("no key of the issuer")
        return key

    def _are_fresh(self) -> bool:
        return monotonic() - self._fetched_at < _KEYS_ARE_GOOD_FOR

    async def _fetch(self) -> None:
        """Keys that cannot be fetched leave those that are known, until they come again."""
        async with self._asking:
            if monotonic() - self._asked_at < _ASKED_AT_MOST_EVERY:
                return
            self._asked_at = monotonic()
            try:
                self._keys = await self._published_keys()
            except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError) as error:
                _log.warning("The keys of %s could not be fetched (%s: %s).", self.issuer, type(error).__name__, error)
                return
            self._fetched_at = monotonic()
            self._verified.clear()

    async def _published_keys(self) -> Mapping[str, Key]:
        async with httpx.AsyncClient(timeout=_PATIENCE) as http:
            metadata = await _json(http, self.issuer.rstrip("/") + _DISCOVERY)
            if metadata["issuer"] != self.issuer:
                raise ValueError("the discovery document names another issuer")
            published = await _json(http, metadata["jwks_uri"])
        keys = [import_key(key) for key in published["keys"] if key.get("use", "sig") == "sig"]
        return {str(key.kid): key for key in keys if key.kid and isinstance(key, ECKey | RSAKey | OKPKey)}


class _UnknownKeyError(InvalidTokenError):
    """The token names a key that the issuer did not have when it was last asked."""


async def _json(http: httpx.AsyncClient, address: str) -> dict[str, Any]:
    if not is_secure_transport(address):
        raise ValueError(f"{address} is neither https nor on this machine")
    answer = await http.get(address)
    answer.raise_for_status()
    content: dict[str, Any] = orjson.loads(answer.content)
    return content
