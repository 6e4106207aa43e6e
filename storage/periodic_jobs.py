"""定时任务: when jobs come that come by themselves, also where the server's clock is set meanwhile."""

from collections.abc import Iterable
from typing import Any

from procrastinate.periodic import PeriodicDeferrer, PeriodicTask

_A_LITTLE = 60.0
"""Seconds by which a clock may be set back, and is waited for."""


class ComingByThemselves(PeriodicDeferrer):
    """Of what was missed a job comes once.

    The library has it come for each time that has gone by: after a jump forward by a year, of what comes every five
    seconds, six million times; and, after one back, not before the time from which the clock was set back.
    """

    def get_timestamps(
        self, periodic_task: PeriodicTask[Any, Any, Any], since: int | None, until: float
    ) -> Iterable[int]:
        """The times for which it is to come now, `since` the last one for which it came."""
        if since is None or since > until + _A_LITTLE:
            yield from super().get_timestamps(periodic_task, None, until)
            return
        times = periodic_task.croniter
        times.set_current(start_time=until)
        last = round(times.get_prev(ret_type=float))
        if last > since:
            yield last
