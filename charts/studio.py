"""Drawing for many: a few charts at a time, beside what else the process does, and no endless queue."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

from charts.chart import Chart
from charts.drawing import draw
from domain.codes import ChartFormat

AT_ONCE = 2
WAITING = 16
SECONDS = 20.0


class StudioBusyError(Exception):
    """Too many charts are being drawn already."""


class Studio:
    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(AT_ONCE, "charts")
        self._places = BoundedSemaphore(AT_ONCE + WAITING)

    async def draw(self, chart: Chart, drawn_as: ChartFormat) -> bytes:
        """StudioBusyError, at once when there is no place to wait, or when it takes too long.

        A drawing that has begun cannot be stopped, and keeps its place until it is done.
        """
        if not self._places.acquire(blocking=False):
            raise StudioBusyError
        drawing = self._threads.submit(draw, chart, drawn_as)
        drawing.add_done_callback(lambda _: self._places.release())
        try:
            return await asyncio.wait_for(asyncio.wrap_future(drawing), SECONDS)
        except TimeoutError as error:
            raise StudioBusyError from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
