"""门口: refusing what is too much while it comes in, before there is a task or anything else for it.

To refuse costs something too: what is spent on it is lost to those who are let in.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import randbelow
from typing import Any

from orjson import dumps

from schema.chart_urls import CHARTS
from schema.export_urls import EXPORTS
from schema.file_urls import FILES
from schema.form_urls import FORMS
from server.metrics import count_refused
from server.negotiation import language_of
from server.operations.callers import KnownCallers
from server.operations.places import Places, ServerBusyError
from server.security_headers import EVERYWHERE_AS_SENT

_GRAPHQL = b"/graphql"
_FETCHED = tuple(f"{path}/".encode() for path in (CHARTS, EXPORTS, FILES, FORMS))
_GRAPHQL_JSON = b"application/graphql-response+json"
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Door:
    """Of one application."""

    places: Places
    callers: KnownCallers

    def refusal(self, url: bytes, headers: Headers, address: str | None) -> bytes | None:
        """The whole answer to a request for which there is no room.

        Not to one from a page of another site, which could not read it without headers that are looked up.
        """
        if not self.places.has_too_much or not _takes_a_place(url.partition(b"?")[0]):
            return None
        given = dict(headers)
        authorization = given.get(b"authorization")
        caller = self.callers.caller(None if authorization is None else authorization.decode("latin-1"), address)
        if b"origin" in given or not self.places.would_be_refused(caller):
            return None
        count_refused()
        return self._answer(given)

    def _answer(self, given: dict[bytes, bytes]) -> bytes:
        language = language_of(given.get(b"accept-language", b"").decode("latin-1") or None)
        problem = ServerBusyError(self.places.bounds).problem
        error = {"message": problem.message.in_language(language), "extensions": {"code": problem.code}}
        body = dumps({"errors": [error]})
        kind = _GRAPHQL_JSON if _GRAPHQL_JSON in given.get(b"accept", b"") else b"application/json"
        head = (
            b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: %b; charset=utf-8\r\n"
            b"retry-after: %d\r\ncontent-length: %d\r\n%b\r\n"
        )
        return head % (kind, 1 + randbelow(3), len(body), EVERYWHERE_AS_SENT) + body


def _takes_a_place(path: bytes) -> bool:
    return path == _GRAPHQL or path.startswith(_FETCHED)


def door_of(app: Any) -> Callable[[bytes, Headers, str | None], bytes | None]:
    """That of the application within whatever the server has put around it; without one nothing is refused."""
    while app is not None:
        door = getattr(app, "door", None)
        if isinstance(door, Door):
            return door.refusal
        app = getattr(app, "app", None)
    return _refuse_nothing


def _refuse_nothing(_url: bytes, _headers: Headers, _address: str | None) -> None:
    return None
