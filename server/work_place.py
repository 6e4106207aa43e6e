"""工作目录: a folder for what is being written, which is gone afterwards, also when its process was killed."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NEW, _PREFIX = "dengta-new-", "dengta-work-"
_LOCK = "lock"


@contextmanager
def work_place() -> Iterator[Path]:
    """Of this user alone. As long as it is used, its lock is held, which the system takes from whoever dies."""
    clear_left_places()
    made = Path(tempfile.mkdtemp(prefix=_NEW))
    folder = made.with_name(made.name.replace(_NEW, _PREFIX))
    try:
        with (made / _LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made.rename(folder)  # which others look into: now that it is locked
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_left_places() -> None:
    """What killed processes have left. Others' are left alone."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if folder.stat().st_uid == os.getuid():
                _clear_if_left(folder)


def _clear_if_left(folder: Path) -> None:
    """BlockingIOError, an OSError, while it is in use; FileNotFoundError while it is being made."""
    with (folder / _LOCK).open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
