"""Printing for many: each file by a process of its own, a few at a time, and no endless queue.

Typst remembers what it has laid out, some 150 MB for 200 pages, for ten files to come; a process that ends gives it
back. And one that takes too long can be stopped, which a thread cannot.
"""

import asyncio
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence

from forms.form import Form
from forms.typesetting import as_json

AT_ONCE = 2
WAITING = 16
SECONDS = 60.0


_COMMAND = (sys.executable, "-P", "-m", "forms")
_OF_PYTHON = ("PYTHON", "LD_", "DYLD_", "PATH")


class PressBusyError(Exception):
    """Too much is being printed already."""


class PrintingFailedError(Exception):
    """The process has ended without a file. What it says of that may repeat the form, and is not looked at."""


class Press:
    def __init__(self) -> None:
        self._machines = asyncio.Semaphore(AT_ONCE)
        self._inside = 0

    async def print(self, forms: Sequence[Form]) -> bytes:
        """The PDF. PressBusyError, at once when there is no place to wait, or when it takes too long."""
        if self._inside >= AT_ONCE + WAITING:
            raise PressBusyError
        self._inside += 1
        try:
            async with asyncio.timeout(SECONDS), self._machines:
                return await _printed(as_json(forms))
        except TimeoutError as error:
            raise PressBusyError from error
        finally:
            self._inside -= 1


async def _printed(forms: bytes) -> bytes:
    """A session of its own: a signal to the server lets it finish, as other requests under way. It knows no secrets."""
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(), start_new_session=True
    )
    try:
        printed, _ = await process.communicate(forms)
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode != 0:
        raise PrintingFailedError(f"exit code {process.returncode}")
    return printed


def _environment() -> dict[str, str]:
    """What Python itself may need of the server's, and none of its settings."""
    return {name: value for name, value in os.environ.items() if name.startswith(_OF_PYTHON)}
