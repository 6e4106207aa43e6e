"""A running server, shared by all who use its folder; the last one stops it."""

import atexit
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import make_url

from storage.embedded.errors import StillRecoveringError
from storage.embedded.home import Home, opened_home
from storage.embedded.postmaster import database_url, ensure_database, socket_folder
from storage.embedded.running import ensure_running, stop


@dataclass(frozen=True)
class _Share:
    """One user's part in the running server. A forked child has none of its own."""

    home: Home
    lock: BinaryIO
    taken_by: int = field(default_factory=os.getpid)

    def give_back(self) -> None:
        """Stops the server if nobody else has a share in it."""
        if self.lock.closed or os.getpid() != self.taken_by:
            return
        # a deleted folder is passed over: PostgreSQL sees within a minute that its own is gone, and ends by itself
        with self.lock, suppress(FileNotFoundError), _one_at_a_time(self.home.folder):
            try:
                fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            stop(self.home)


@dataclass(frozen=True)
class EmbeddedServer:
    """A running PostgreSQL; `url` is SQLAlchemy's, to the database that was asked for, over a Unix socket."""

    data_dir: Path
    url: str
    _share: _Share = field(repr=False, compare=False)

    def database_url(self, database: str) -> str:
        """The URL of another database of this server, which need not exist yet."""
        return make_url(self.url).set(database=database).render_as_string()

    def stop(self) -> None:
        """Gives up this use of the server; the last user to do so stops it. A second call does nothing."""
        self._share.give_back()
        atexit.unregister(self.stop)


def start(
    data_dir: Path, *, database: str = "dengta", settings: Mapping[str, str] = {}, stop_at_exit: bool = True
) -> EmbeddedServer:
    """Returns when the server answers and the database exists; makes in `data_dir` whatever is missing.

    A server that already runs on `data_dir` is shared as it is: `settings`, which go before our own, are read when
    one is started. Raises EmbeddedServerError.
    """
    home = opened_home(data_dir.expanduser().resolve())
    share = _Share(home, (home.folder / "in-use.lock").open("ab"))
    try:
        fcntl.flock(share.lock, fcntl.LOCK_SH)  # waits for one who is stopping the server
        with _one_at_a_time(home.folder):
            ensure_running(home, settings)
            ensure_database(home, database)
    except StillRecoveringError:
        share.lock.close()
        raise
    except BaseException:  # Ctrl-C too: what was begun is not left behind
        share.give_back()
        raise
    server = EmbeddedServer(home.folder, database_url(socket_folder(home), database), share)
    if stop_at_exit:
        atexit.register(server.stop)
    return server


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    with (folder / "start.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
