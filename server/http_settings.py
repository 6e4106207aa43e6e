"""HTTP 设置: what stands in front of this server, who may read its answers, under which names it is asked."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from domain.webhooks.destinations import Network, network_of
from server.http_manners import YEAR
from server.lists import list_of

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]+)?|https?://\[[0-9a-f:]+\](:[0-9]+)?")
_HOST = re.compile(r"[a-z0-9.-]+|[0-9a-f:]+|\*")


def _origin(text: str) -> str:
    if not _ORIGIN.fullmatch(text):
        raise ValueError
    return text


def _host(text: str) -> str:
    if not _HOST.fullmatch(text.lower()):
        raise ValueError
    return text.lower()


class HttpSettings(BaseSettings):
    trusted_proxies: Annotated[
        tuple[Network, ...],
        NoDecode,
        BeforeValidator(list_of(network_of, "10.0.0.5, 10.1.0.0/16")),
        Field(
            description="Addresses or networks of the reverse proxies in front of this server. What these tell of the "
            "caller's address (`X-Forwarded-For`) and of https (`X-Forwarded-Proto`) is believed, and nobody else's "
            "word (`docs/guides/reverse-proxy.md`). A value without an item: nobody's."
        ),
    ] = (network_of("127.0.0.1"), network_of("::1"))
    allowed_hosts: Annotated[
        frozenset[str],
        NoDecode,
        BeforeValidator(list_of(_host, "register.example, 10.0.0.7")),
        Field(
            description="The host names or addresses, without ports, under which this server may be asked, beside that "
            "of DENGTA_ISSUER; `*` for any. Without it: any, but where it listens on 127.0.0.1 alone this machine's "
            "own. Requests for another host are answered 421; `/healthz` and `/readyz` are for all."
        ),
    ] = frozenset()
    cors_origins: Annotated[
        frozenset[str],
        NoDecode,
        BeforeValidator(list_of(_origin, "https://web.example, http://localhost:5173")),
        Field(
            description="Origins whose pages may read answers of this server, beside those that registered "
            "applications come back to (`docs/http.md`)."
        ),
    ] = frozenset()
    strict_transport_seconds: Annotated[
        int,
        Field(
            ge=0,
            description="Seconds for which a browser that came by https uses nothing else (Strict-Transport-Security); "
            "0: it is not told to.",
        ),
    ] = YEAR
