"""断路器: whoever has failed several times in a row is left alone for a while, and then tried by one call first."""

from collections.abc import Callable
from time import monotonic


class Circuit:
    def __init__(self, *, failures: int = 5, rest: float = 30.0, clock: Callable[[], float] = monotonic) -> None:
        """After so many `failures` in a row there is a `rest`, in seconds."""
        self._most_failures = failures
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._open_until = 0.0

    def lets_through(self) -> bool:
        """After the rest, True for one call at a time, until one has succeeded."""
        if self._failures < self._most_failures:
            return True
        if self._clock() < self._open_until:
            return False
        self._open_until = self._clock() + self._rest
        return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self) -> None:
        self._failures += 1
        self._open_until = self._clock() + self._rest
