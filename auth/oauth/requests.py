"""A request to the authorization server, in Authlib's form."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from string import printable

from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError, OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.util import extract_basic_authorization

Parameters = Sequence[tuple[str, str]]

_VISIBLE = frozenset(printable) - frozenset("\t\n\r\x0b\x0c")
_DESCRIBABLE = _VISIBLE - frozenset('"\\')
"""What may stand in an error's description (RFC 6749, section 5.2), in which Authlib repeats some parameters."""

_ALLOWED = {
    **dict.fromkeys(("client_id", "scope", "state", "nonce", "prompt", "client_secret", "code_challenge"), _VISIBLE),
    **dict.fromkeys(
        ("grant_type", "redirect_uri", "response_type", "code_challenge_method", "response_mode"), _DESCRIBABLE
    ),
}


class OAuthPayload(OAuth2Payload):
    """One without a value counts as left out (RFC 6749, section 3.1)."""

    def __init__(self, parameters: Parameters) -> None:
        self._given: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in parameters:
            if value:
                self._given[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        return {name: values[0] for name, values in self._given.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._given

    def require_well_formed(self) -> None:
        for name, values in self._given.items():
            if len(values) > 1:
                raise InvalidRequestError("A parameter stands in the request more than once.")
            if not set(values[0]) <= _ALLOWED.get(name, frozenset(values[0])):
                raise InvalidRequestError(f"The parameter '{name}' has characters that it may not have.")


class OAuthRequest(OAuth2Request):
    """`uri` is the endpoint's address as the world knows it, whatever stands between."""

    def __init__(self, method: str, uri: str, parameters: Parameters, headers: Mapping[str, str]) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = OAuthPayload(parameters)

    @property
    def has_secret(self) -> bool:
        """Whether the client tried to prove who it is."""
        return "Authorization" in self.headers or "client_secret" in self.form

    @property
    def claimed_client(self) -> str:
        """As who the client asks, which is yet to be proven; empty when it does not say."""
        named, _ = extract_basic_authorization(self.headers)
        return named or self.payload.client_id or ""

    def require_well_formed(self) -> None:
        """InvalidRequestError or InvalidClientError for what Authlib would stumble over, or repeat into a header."""
        self.payload.require_well_formed()
        try:
            written = "".join(part or "" for part in extract_basic_authorization(self.headers))
        except ValueError as error:
            raise InvalidClientError("Client authentication failed.", status_code=401) from error
        if not set(written) <= _VISIBLE:
            raise InvalidClientError("Client authentication failed.", status_code=401)

    @property
    def args(self) -> dict[str, str]:
        data: dict[str, str] = self.payload.data
        return data

    @property
    def form(self) -> dict[str, str]:
        return self.args
