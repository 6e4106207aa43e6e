from collections.abc import Hashable

from auth.actor import Actor

_MOST = 10_000


class KnownCallers:
    """Who asks, as far as that is known before anything has been looked up: by what was found out for the same token.

    Of a token that has not been seen the address alone counts: made-up tokens are no callers of their own.
    """

    def __init__(self) -> None:
        self._known: dict[str, Hashable] = {}

    def caller(self, authorization: str | None, address: str | None) -> Hashable:
        return self._known.get(authorization or "") or address

    def remember(self, authorization: str | None, actor: Actor) -> None:
        if authorization is not None and authorization not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[authorization] = caller_of(actor)


def caller_of(actor: Actor) -> Hashable:
    """One and the same for all tokens and connections of a person or a partner's system."""
    return actor.role, actor.subject
