"""订阅者: how many subscriptions each caller runs in this process, and how streams are kept alive."""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass

from auth.actor import Actor, Role
from domain.errors import CallerError, Message, Problem


@dataclass(frozen=True, slots=True)
class StreamManners:
    """How streams are kept; docs/subscriptions.md explains the numbers."""

    heartbeat: float = 15.0
    """Seconds of silence after which the server shows that it is there, and looks whether the client is."""

    idle_socket: float = 300.0
    """Seconds after which a WebSocket on which nothing runs is closed."""

    per_person: int = 50
    per_partner: int = 10

    def most_for(self, role: Role) -> int:
        return self.per_partner if role is Role.PARTNER else self.per_person


class TooManySubscriptionsError(CallerError):
    """The caller runs as many as it may."""

    def __init__(self, most: int) -> None:
        message = Message(
            f"同时进行的订阅已达上限（{most} 个）。请先结束不用的订阅。",
            f"You run as many subscriptions as you may at a time ({most}). End one that is not needed.",
        )
        super().__init__(Problem("TOO_MANY_SUBSCRIPTIONS", message), most=most)


class Subscribers:
    """Those who subscribe at the moment, over whatever transport."""

    def __init__(self, manners: StreamManners) -> None:
        self.manners = manners
        self._running: Counter[tuple[Role, str]] = Counter()

    def take_place(self, actor: Actor) -> ExitStack:
        """Held until it is closed. TooManySubscriptionsError when the caller has no more places."""
        caller = actor.role, actor.subject
        most = self.manners.most_for(actor.role)
        if self._running[caller] >= most:
            raise TooManySubscriptionsError(most)
        self._running[caller] += 1
        place = ExitStack()
        place.callback(self._leave, caller)
        return place

    def running(self) -> int:
        return self._running.total()

    def _leave(self, caller: tuple[Role, str]) -> None:
        self._running[caller] -= 1
        if not self._running[caller]:
            del self._running[caller]
