"""工作进程: several processes that answer on one port, and what their supervisor adds to uvicorn's."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import parent_process, resource_tracker
from threading import Thread

import uvicorn
from starlette.types import ASGIApp
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from server.log import log, log_failure
from server.metrics import count_without, counting_together
from server.ports import SharedPort, shared_port

_SENT_TO_ALL = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


class WorkersFailedError(Exception):
    """A worker cannot be started; its log says why."""


class Workers(Multiprocess):
    """Starts the workers, says when all of them answer, replaces the dead, and ends them all.

    A terminal sends Ctrl-C to every process in it, a service manager SIGTERM. The supervisor blocks such signals, which
    its workers inherit, and looks twice a second whether one has come. It ends the workers by SIGTERM, which they take
    from when on they can do so in peace.
    """

    def __init__(self, config: uvicorn.Config, when_ready: Callable[[], None]) -> None:
        super().__init__(config, [_port_of(config)])
        self._when_ready: Callable[[], None] | None = when_ready
        self._has_terminal = sys.stdin is not None and sys.stdin.isatty()
        self._failed = False

    def run(self) -> None:
        resource_tracker.ensure_running()  # by starting it, Python 3.11 would unblock the signals
        with _blocked(_SENT_TO_ALL), counting_together():
            try:
                super().run()
            except BaseException:
                self.terminate_all()
                self.join_all()
                raise
        if self._failed:
            raise WorkersFailedError("A worker could not be started; the lines above say why.")

    def handle_signals(self) -> None:
        for number in _SENT_TO_ALL & signal.sigpending():
            signal.sigwait({number})
            self.signal_queue.append(number)
        super().handle_signals()

    def handle_hup(self) -> None:
        """From a terminal it means that the terminal is gone; from elsewhere that fresh workers are wanted."""
        if self._has_terminal:
            self.should_exit.set()
        else:
            super().handle_hup()

    def keep_subprocess_alive(self) -> None:
        if self.should_exit.is_set():
            return
        for process in self.processes:
            process.child_conn.close()  # the worker's end: with a copy of it here, its death would be waited out
        before = [process.pid for process in self.processes]
        super().keep_subprocess_alive()
        self._failed = self.should_exit.is_set()
        for old, new in zip(before, self.processes, strict=True):
            if old is not None and new.pid != old:
                count_without(old)
                log().warning("worker_replaced", old=old, new=new.pid)
        self._announce()

    def _announce(self) -> None:
        if self._when_ready and all(process.is_ready() for process in self.processes):
            self._when_ready()
            self._when_ready = None


def _port_of(config: uvicorn.Config) -> SharedPort:
    try:
        return shared_port(config.host, config.port)
    except OSError as error:
        raise WorkersFailedError(f"Cannot listen on {config.host}:{config.port} ({error.strerror}).") from error


@contextmanager
def _blocked(signals: set[signal.Signals]) -> Iterator[None]:
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def in_a_worker(make: Callable[[], ASGIApp]) -> ASGIApp:
    """The worker's application. One that fails here would fail in every other worker too, so that all are given up."""
    Thread(target=_end_after_the_supervisor, daemon=True).start()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    try:
        return make()
    except Exception as error:
        log_failure(error, "WORKER_FAILED")
        raise SystemExit(STARTUP_FAILURE) from error


def _end_after_the_supervisor() -> None:
    """A supervisor that was killed ends nobody; its workers would hold the port for ever."""
    supervisor = parent_process()
    if supervisor is not None:
        supervisor.join()
        os.kill(os.getpid(), signal.SIGTERM)
