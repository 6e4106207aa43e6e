"""HTTP 的规矩: what holds for every request and answer, whatever is asked for."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

ANY_HOST = "*"
YEAR = 31_536_000
"""In seconds."""


@dataclass(frozen=True, slots=True)
class HttpManners:
    origins: frozenset[str] = frozenset()
    """Whose pages may read answers, beside those of registered applications."""

    hosts: frozenset[str] = frozenset({ANY_HOST})
    """The names, without ports, under which this server may be asked."""

    strict_transport: int = YEAR
    """Seconds for which browsers that came by https come by nothing else; 0: they are not told to."""


def hosts_of(allowed: frozenset[str], listening_on: str, issuer: str) -> frozenset[str]:
    """The issuer's host always. What listens on this machine alone is known by this machine's names, unless others are
    allowed: a page elsewhere whose name is made to mean this machine (DNS rebinding) is then answered nothing."""
    if ANY_HOST in allowed or (not allowed and not _is_this_machine(listening_on)):
        return frozenset({ANY_HOST})
    own = frozenset() if allowed else frozenset({"localhost", "127.0.0.1", "::1"})
    return frozenset(map(str.lower, allowed)) | own | {urlsplit(issuer).hostname or ""}


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
