"""推送请求: one POST to a partner: bounded in time and size, nowhere but to its address.

The status alone says whether it was taken. Of what else is answered a little is read, so that the receiver can end in
peace, and forgotten. Redirects are not followed; proxies of the environment are not asked.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlsplit

from httpcore import AsyncConnectionPool, ConnectError, NetworkError, ProtocolError, Response, TimeoutException

from domain.clock import Clock
from domain.codes import WebhookError
from domain.webhooks import WebhookManners
from server.gateways.message_gateway import retry_after
from server.tracing.spans import current_spans
from server.webhooks.addresses import CheckedAddresses, LookUp, UnreachedError, looked_up

_CONNECTS_WITHIN = 5.0
_AT_ONCE = 100
_READ_OF_AN_ANSWER = 16_384
_READS_IT_FOR = 1.0


class Reply(NamedTuple):
    """What was answered. `retry_after`, in seconds, is the receiver's own wish."""

    status: int
    retry_after: float | None

    @property
    def took_it(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class WebhookPost:
    """Each request has a connection of its own: none is reused whose address was checked long ago."""

    def __init__(self, manners: WebhookManners, clock: Clock, look_up: LookUp = looked_up) -> None:
        self._timeout = manners.timeout
        self._clock = clock
        self._pool = AsyncConnectionPool(
            ssl_context=_trusting(manners.ca_file),
            max_connections=_AT_ONCE,
            max_keepalive_connections=0,
            network_backend=CheckedAddresses(manners.destinations, look_up),
        )

    async def post(self, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """UnreachedError without an answer, or with one that is no HTTP."""
        with current_spans().webhook(urlsplit(address).hostname or ""):
            return await self._post(address, headers, body)

    async def _post(self, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
        told = [*headers.items(), ("Host", urlsplit(address).netloc), ("Content-Length", str(len(body)))]
        timeouts = {"connect": min(self._timeout, _CONNECTS_WITHIN), "pool": self._timeout}
        try:
            async with asyncio.timeout(self._timeout) as patience:
                sending = self._pool.stream(
                    "POST", address, headers=told, content=body, extensions={"timeout": timeouts}
                )
                async with sending as response:
                    patience.reschedule(None)
                    await _read_a_little(response)
                    return Reply(response.status, self._wish(response))
        except (TimeoutError, TimeoutException):
            raise UnreachedError(WebhookError.TIMEOUT) from None
        except ConnectError as error:
            raise UnreachedError(_why(error)) from None
        except (NetworkError, ProtocolError):
            raise UnreachedError(WebhookError.CONNECTION_FAILED) from None

    def _wish(self, response: Response) -> float | None:
        header = next((value for name, value in response.headers if name.lower() == b"retry-after"), None)
        return None if header is None else retry_after(header.decode("latin-1"), self._clock())

    async def close(self) -> None:
        await self._pool.aclose()


async def _read_a_little(response: Response) -> None:
    read = 0
    with suppress(TimeoutError, TimeoutException, NetworkError, ProtocolError):
        async with asyncio.timeout(_READS_IT_FOR):
            async for part in response.aiter_stream():
                read += len(part)
                if read > _READ_OF_AN_ANSWER:
                    return


def _trusting(ca_file: str | None) -> ssl.SSLContext:
    """The authorities of the system, and those of the file."""
    context = ssl.create_default_context()
    if ca_file is not None:
        context.load_verify_locations(ca_file)
    return context


def _why(error: ConnectError) -> WebhookError:
    """ssl's own error is what httpcore's was made of."""
    cause = error.__cause__ or error.__context__
    return (
        WebhookError.CERTIFICATE_REFUSED
        if isinstance(cause, ssl.SSLCertVerificationError)
        else WebhookError.CONNECTION_FAILED
    )
