"""端口: one address, listened on by one process or by several."""

from collections.abc import Callable
from socket import AF_INET, AF_INET6, SO_REUSEADDR, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET, AddressFamily, socket


class SharedPort(socket):
    """A bound port of which each process that is given it has a socket of its own.

    Linux draws one of them for each connection, and no more that of a killed worker. A single socket in several
    processes goes to whoever wakes first: of 16 connections, 15 or all were seen at one of two workers.
    """

    def __reduce__(self) -> tuple[Callable[[str, int], "SharedPort"], tuple[str, int]]:
        host, port, *_ = self.getsockname()
        return _shared_port, (host, port)


def shared_port(host: str, port: int) -> SharedPort:
    """OSError when somebody listens there already, which two servers of one user could otherwise both do."""
    require_free_port(host, port)
    return _shared_port(host, port)


def require_free_port(host: str, port: int) -> None:
    """OSError when it cannot be listened on."""
    with socket(_family(host), SOCK_STREAM) as probe:
        probe.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
        probe.bind((host, port))


def _shared_port(host: str, port: int) -> SharedPort:
    shared = SharedPort(_family(host), SOCK_STREAM)
    shared.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
    shared.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
    shared.bind((host, port))
    return shared


def _family(host: str) -> AddressFamily:
    return AF_INET6 if ":" in host else AF_INET
