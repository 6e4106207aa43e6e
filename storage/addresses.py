"""地址: DATABASE_URL in the spellings in use for PostgreSQL, also with several hosts of which one takes writes."""

import re

from sqlalchemy import URL, make_url

_SEVERAL = re.compile(r"(?P<before>[^/]*//(?:[^/@]*@)?)(?P<places>[^/?@]*,[^/?@]*)(?P<after>.*)")
_PORT = "5432"

NOTICED_SOON = {
    "connect_timeout": "3",
    "keepalives_idle": "2",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}
"""A host that has gone without a word is noticed within five seconds, where the system's own limits are hours."""


def address_of(url: str, driver: str) -> URL:
    """Under SQLAlchemy's name of the driver; several hosts as libpq's lists, which SQLAlchemy takes too."""
    several = _SEVERAL.fullmatch(url.replace("postgres://", "postgresql://", 1))
    if several is not None:
        parsed, places = make_url(several["before"] + several["after"]), several["places"].split(",")
    else:
        parsed = make_url(url.replace("postgres://", "postgresql://", 1))
        named = parsed.query.get("host", ())
        places = [] if isinstance(named, str) else list(named)
    return (_with_places(parsed, places) if places else parsed).set(drivername=driver)


def noticing_soon(url: URL) -> URL:
    """Unless the URL says otherwise."""
    return url.set(query={**NOTICED_SOON, **url.query})


def _with_places(url: URL, places: list[str]) -> URL:
    parted = [_host_and_port(place) for place in places]
    lists = {"host": ",".join(host for host, _ in parted), "port": ",".join(port for _, port in parted)}
    return url.set(query={**url.query, **lists})


def _host_and_port(place: str) -> tuple[str, str]:
    """An IPv6 address stands in brackets."""
    host, _, port = place.rpartition(":")
    if not host or "]" in port:
        host, port = place, _PORT
    return host.strip("[]"), port
