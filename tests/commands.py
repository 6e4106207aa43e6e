"""The command `dengta` as a user runs it: real processes on free ports."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it has no stubs

DENGTA = Path(sys.executable).with_name("dengta")
TOKEN = re.compile(r"#token=(\S+)")
_PATIENCE = 60.0  # seconds


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [DENGTA, *arguments],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def _hear_ctrl_c() -> None:
    """Also when the tests run in the background of a shell, which has its children ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def running(
    *arguments: str, stdin: int = subprocess.DEVNULL, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # no threads hold locks that a signal's default needs
        [DENGTA, *arguments],
        env={**os.environ, **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=_hear_ctrl_c,  # noqa: PLW1509 # between fork and exec it takes no lock
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def said_until(process: subprocess.Popen[str], last: re.Pattern[str], times: int = 1) -> str:
    """What the process says, up to the line in which the pattern has been found that often."""
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if len(last.findall(said)) == times:
            return said
    raise AssertionError(said)


def wait_until(holds: Callable[[], object]) -> None:
    """Looks again and again; an assertion fails when it has not come true in time."""
    give_up_at = time.monotonic() + _PATIENCE
    while not holds():
        assert time.monotonic() < give_up_at, "it has not come true"
        time.sleep(0.02)


def workers_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes that it has started to answer requests."""
    children = psutil.Process(process.pid).children()
    return [child for child in children if "--multiprocessing-fork" in command_line(child)]


def lives(process: psutil.Process) -> bool:
    """A dead orphan may stay in the list of processes where nobody is there to bury it, as in a container."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def command_line(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:  # it has just ended
        return []


def processes_on(folder: Path) -> list[psutil.Process]:
    """Those that name the folder in their command lines, as PostgreSQL does."""
    return [p for p in psutil.process_iter() if any(str(folder) in part for part in command_line(p))]
