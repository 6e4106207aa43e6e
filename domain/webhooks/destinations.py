"""推送目标: where this server may connect to for a partner, and where never: not into its own network.

What an address names is known only when its host's name has been looked up, each time anew: `permits` is asked of the
very address that is then connected to.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from urllib.parse import SplitResult, urlsplit

from domain.errors import Message, Problem
from domain.webhooks.record import LONGEST_ADDRESS

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

_PRINTED = re.compile(r"[!-~]+")
_PORTS = {"https": 443, "http": 80}
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_ELSEWHERE: tuple[Network, ...] = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocol assignments
            "192.88.99.0/24",  # relays of 6to4, from behind which one comes out somewhere else
            "2001::/32",  # Teredo
            "2002::/16",  # 6to4
            "3fff::/20",  # for examples
            "64:ff9b::/96",  # NAT64
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Destinations:
    """`networks`: whose addresses are good beside the public ones; `ports` of https; `plain_hosts`: names or addresses
    at which http is good too, at any port."""

    networks: tuple[Network, ...] = ()
    ports: frozenset[int] = frozenset({443})
    plain_hosts: frozenset[str] = frozenset()

    def permits(self, text: str) -> bool:
        """An IP address, as it was looked up."""
        try:
            address = _plain(ip_address(text))
        except ValueError:
            return False
        return is_public(address) or any(address in network for network in self.networks)

    def problems_of(self, address: str) -> list[Problem]:
        """What is wrong with the address of a webhook, as far as can be said without looking its host up."""
        if len(address) > LONGEST_ADDRESS or not _PRINTED.fullmatch(address):
            return [_not_an_address()]
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            return [_not_an_address()]
        if parts.scheme not in _PORTS or not _is_host(parts.hostname):
            return [_not_an_address()]
        return list(self._problems(parts, port))

    def _problems(self, parts: SplitResult, port: int | None) -> Iterator[Problem]:
        if "@" in parts.netloc or parts.fragment:
            yield _too_much()
        if parts.scheme == "http" and parts.hostname not in self.plain_hosts:
            yield _unencrypted()
        elif parts.scheme == "https" and (port or _PORTS["https"]) not in self.ports:
            yield _wrong_port(self.ports)
        if is_address(parts.hostname) and not self.permits(parts.hostname or ""):
            yield _not_permitted()


def is_public(address: Address) -> bool:
    """Reachable from everywhere, and one host: no network of anybody's own, no loopback, no link, no multicast."""
    if any(address in network for network in _ELSEWHERE):
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _plain(address: Address) -> Address:
    """The IPv4 address that one of IPv6 only wraps."""
    return address if isinstance(address, IPv4Address) else address.ipv4_mapped or address


def is_address(host: str | None) -> bool:
    try:
        ip_address(host or "")
    except ValueError:
        return False
    return True


def network_of(text: str) -> Network:
    """ValueError for what is no network, as `10.0.0.0/8`."""
    return ip_network(text.strip())


def _is_host(host: str | None) -> bool:
    """A name of letters, digits, hyphens and dots (Chinese ones in their `xn--` form), or an address."""
    if not host or len(host) > 253:  # noqa: PLR2004 # RFC 1035, section 2.3.4
        return False
    return is_address(host) or (host.isascii() and host.replace("-", "").replace(".", "").isalnum())


def _not_an_address() -> Problem:
    message = Message(
        f"地址应为 https:// 开头的网址，不超过 {LONGEST_ADDRESS} 个字符；中文域名请用 xn-- 形式。",
        f"The address must begin with https:// and a host, with {LONGEST_ADDRESS} characters at most; names of hosts "
        "beyond ASCII in their xn-- form.",
    )
    return Problem("ADDRESS_INVALID", message, ("address",))


def _too_much() -> Problem:
    message = Message(
        "地址中不得含用户名、密码或 # 片段：请求以签名证明来源。",
        "Leave user, password and #fragment out of the address: requests prove by their signature whose they are.",
    )
    return Problem("ADDRESS_INVALID", message, ("address",))


def _unencrypted() -> Problem:
    message = Message(
        "该主机只能使用 https；http 仅限 DENGTA_WEBHOOK_PLAIN_HOSTS 所列主机。",
        "This host must be reached by https; http is for the hosts in DENGTA_WEBHOOK_PLAIN_HOSTS alone.",
    )
    return Problem("ADDRESS_UNENCRYPTED", message, ("address",))


def _wrong_port(ports: frozenset[int]) -> Problem:
    listed = ", ".join(map(str, sorted(ports)))
    message = Message(
        f"端口不允许，可用端口：{listed}（DENGTA_WEBHOOK_PORTS）。",
        f"Its port is not open for webhooks; these are: {listed} (DENGTA_WEBHOOK_PORTS).",
    )
    return Problem("ADDRESS_REFUSED", message, ("address",))


def _not_permitted() -> Problem:
    message = Message(
        "该地址不是公网地址，也不在 DENGTA_WEBHOOK_NETWORKS 所列网络内。",
        "This address is neither public nor in one of the networks of DENGTA_WEBHOOK_NETWORKS.",
    )
    return Problem("ADDRESS_REFUSED", message, ("address",))
