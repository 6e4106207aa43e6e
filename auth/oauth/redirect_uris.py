"""重定向地址: where an application may have a browser sent back to."""

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_NEVER = frozenset('"\\ <>')


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Character for character the same as one of them. An application on the user's own machine, which cannot know its
    port beforehand, may name any (RFC 8252, section 7.3), if it registered the address without one.
    """
    return any(uri == other or _differ_in_port_alone(uri, other) for other in registered)


def problem_of(uri: str) -> str | None:
    """Why the URI cannot be registered; None when it can."""
    try:
        parts = urlsplit(uri)
        is_uri = uri.isascii() and uri.isprintable() and parts.port != 0 and not set(uri) & _NEVER
    except ValueError:
        return "is no URI"
    problems = (
        (not is_uri or not parts.hostname, "is no URI"),
        ("#" in uri, "has a fragment"),
        ("@" in parts.netloc or "*" in parts.netloc, "has a user or a wildcard in its host"),
        (
            parts.scheme != "https" and not _is_loopback(parts),
            "is neither https nor http on this machine (127.0.0.1 or [::1])",
        ),
    )
    return next((words for is_so, words in problems if is_so), None)


def _differ_in_port_alone(uri: str, registered: str) -> bool:
    try:
        asked, known = urlsplit(uri), urlsplit(registered)
        if not _is_loopback(known) or known.port is not None or asked.port is None:
            return False
        return uri == registered.replace(known.netloc, f"{known.netloc}:{asked.port}", 1)
    except ValueError:
        return False


def _is_loopback(parts: SplitResult) -> bool:
    """By its address: what `localhost` leads to is not certain (RFC 8252, section 8.3)."""
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
