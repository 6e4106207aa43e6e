"""目标地址: connections to addresses that were checked, and to no others.

A name is looked up once for each connection, and the connection is made to an address that came of that look-up: a name
that means another address a moment later gains nothing by it.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence

from httpcore import SOCKET_OPTION, AnyIOBackend, AsyncNetworkBackend, AsyncNetworkStream, ConnectError, ConnectTimeout

from domain.codes import WebhookError
from domain.webhooks import Destinations

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host. OSError, or UnicodeError of no name at all, when there are none."""

_MOST_TRIED = 4


class UnreachedError(Exception):
    """There was no answer; what was sent may have been taken all the same."""

    def __init__(self, error: WebhookError) -> None:
        super().__init__(error.value)
        self.error = error


async def looked_up(host: str, port: int) -> list[str]:
    """As the system does it; written numbers of all kinds are addresses too."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CheckedAddresses(AsyncNetworkBackend):
    """Of httpcore, which still asks of the certificate that it is the name's."""

    def __init__(self, destinations: Destinations, look_up: LookUp = looked_up) -> None:
        self._destinations = destinations
        self._look_up = look_up
        self._network = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 # by the library
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """UnreachedError when there is no address to connect to; httpcore's own errors when there is no connection."""
        permitted = [address for address in await self._addresses(host, port) if self._destinations.permits(address)]
        failure: Exception = UnreachedError(WebhookError.ADDRESS_REFUSED)
        for address in permitted[:_MOST_TRIED]:
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (ConnectError, ConnectTimeout) as error:
                failure = error
        raise failure

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        try:
            return await self._look_up(host, port)
        except (OSError, UnicodeError):
            raise UnreachedError(WebhookError.HOST_NOT_FOUND) from None
