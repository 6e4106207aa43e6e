"""HTTP calls to the systems beside this one: bounded in time and size, nothing of what is sent in any log."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

import httpx

_CONNECTS_WITHIN = 3.0
_LONGEST_ANSWER = 65_536

_MAY_SUCCEED_LATER = {
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,  # another request with the same key is still under way there
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}


class NoAnswerError(Exception):
    """The call went unanswered; what was asked for may have been done all the same. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def succeeded(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def may_succeed_later(self) -> bool:
        return self.status in _MAY_SUCCEED_LATER or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class HttpPort:
    """One address to which JSON is posted, with a bearer secret.

    Each call has a connection of its own: on one that was used before, a second answer to the call before would be
    taken for the answer to this one, and a message for delivered that was not.
    """

    def __init__(self, url: str, secret: str | None, *, timeout: float, at_once: int) -> None:
        """`timeout`: seconds for the whole of a call."""
        self._url = url
        self._timeout = timeout
        self._client = httpx.AsyncClient(
            headers={"Authorization": f"Bearer {secret}"} if secret else {},
            timeout=httpx.Timeout(timeout, connect=min(timeout, _CONNECTS_WITHIN)),
            limits=httpx.Limits(max_connections=at_once, max_keepalive_connections=0),
            follow_redirects=False,
        )

    async def post(self, body: object, headers: Mapping[str, str] | None = None) -> HttpAnswer:
        """NoAnswerError without an answer, or with one that is no HTTP, or too long."""
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", self._url, json=body, headers=headers) as response,
            ):
                return HttpAnswer(response.status_code, response.headers, await _content_of(response))
        except (TimeoutError, httpx.TimeoutException):
            raise NoAnswerError("TIMEOUT") from None
        except httpx.RequestError:
            raise NoAnswerError("CONNECTION_FAILED") from None

    async def close(self) -> None:
        await self._client.aclose()


async def _content_of(response: httpx.Response) -> bytes:
    content = b""
    async for part in response.aiter_bytes():
        content += part
        if len(content) > _LONGEST_ANSWER:
            raise NoAnswerError("ANSWER_TOO_LONG")
    return content
