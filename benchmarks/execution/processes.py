"""Contenders as processes: each started on a free port, watched, and stopped."""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from time import monotonic, sleep
from typing import IO

import psutil  # type: ignore[import-untyped] # it comes without types

from benchmarks.execution.contenders import Contender
from benchmarks.execution.load import HOST

_ROOT = Path(__file__).parents[2]
_SECONDS_TO_START = 60
_SECONDS_TO_STOP = 15
_TAIL = 4_000
_SETTINGS = ("DENGTA_", "BENCHMARK_")


class ContenderDidNotStartError(Exception):
    """A contender ended, or did not listen in time."""


@dataclass(frozen=True)
class Running:
    """A contender that listens."""

    contender: Contender
    port: int
    process: subprocess.Popen[bytes]

    @property
    def cpu_seconds(self) -> float:
        """Processor time that the process has used so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    @property
    def resident_bytes(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def running(contender: Contender) -> Iterator[Running]:
    """What it prints goes to a file, whose end is shown if it does not start."""
    port = _free_port()
    with TemporaryFile() as output:
        process = _started(contender, port, output)
        try:
            _wait_until_it_listens(contender, process, port, output)
            yield Running(contender, port, process)
        finally:
            _stop(process)


def _started(contender: Contender, port: int, output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """Settings that happen to be in the environment are left out: they would make one run unlike another."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    own = {name: value.replace("{port}", str(port)) for name, value in contender.environment.items()}
    command = [part.replace("{port}", str(port)) for part in contender.command]
    return subprocess.Popen(  # noqa: S603 # our own commands
        command,
        cwd=_ROOT,
        env=inherited | own,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def _wait_until_it_listens(
    contender: Contender, process: "subprocess.Popen[bytes]", port: int, output: IO[bytes]
) -> None:
    deadline = monotonic() + _SECONDS_TO_START
    while not _listens(port):
        if process.poll() is not None or monotonic() > deadline:
            output.seek(max(0, output.seek(0, os.SEEK_END) - _TAIL))
            raise ContenderDidNotStartError(f"{contender.name}:\n{output.read().decode(errors='replace')}")
        sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
