"""安全响应头: what every answer tells browsers, unless its route says otherwise.

None of it is for programs. A browser that is led to an answer by another site shows it in no frame, hands it to no page
of another site, keeps it in no cache, and runs nothing in it.
"""

from collections.abc import Iterable

Headers = list[tuple[bytes, bytes]]

_EVERYWHERE: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
]
EVERYWHERE_AS_SENT = b"".join(b"%b: %b\r\n" % header for header in _EVERYWHERE)
"""For answers that no application has made."""

_ON_PAGES: Headers = [
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"),
]


class SecurityHeaders:
    def __init__(self, strict_transport: int) -> None:
        """Seconds for which browsers that came by https come by nothing else."""
        https = f"max-age={strict_transport}".encode()
        self._by_https: Headers = [(b"strict-transport-security", https)] if strict_transport else []

    def missing_in(self, headers: Iterable[tuple[bytes, bytes]], scheme: str) -> Headers:
        """RFC 6797, section 7.2: over plain http nothing is said of https."""
        present = dict(headers)
        own = _EVERYWHERE + self._by_https if scheme == "https" else _EVERYWHERE
        if present.get(b"content-type", b"").startswith(b"text/html"):
            own = own + _ON_PAGES
        return [item for item in own if item[0] not in present]
