"""Servers and a PostgreSQL that are killed and started again."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from storage import embedded
from storage.embedded import EmbeddedServer
from storage.embedded.postmaster import postmaster
from tests.commands import DENGTA, free_port, wait_until

# Whoever is told of a commit must find it after a crash of PostgreSQL; the machine itself does not crash.
DURABLE = {"synchronous_commit": "on", "fsync": "off", "full_page_writes": "off"}


@dataclass
class Server:
    """A `dengta serve`, or another command, that may be killed and started again, always at the same port."""

    environment: dict[str, str]
    log: Path
    port: int = field(default_factory=free_port)
    command: str = "serve"
    process: subprocess.Popen[bytes] | None = None

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.port}"

    def begin(self) -> None:
        own = {"DENGTA_PORT": str(self.port), "DENGTA_WORKERS": "1", "DENGTA_DATABASE_CONNECTIONS": "8"}
        with self.log.open("ab") as log:
            environment = {**os.environ, **self.environment, **own}
            self.process = subprocess.Popen(
                [DENGTA, self.command], env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )

    async def until_ready(self) -> None:
        async with httpx.AsyncClient() as http:
            while not await self._is_ready(http):
                assert self.process is not None
                assert self.process.poll() is None, self.log.read_text()
                await asyncio.sleep(0.05)

    async def _is_ready(self, http: httpx.AsyncClient) -> bool:
        try:
            return (await http.get(f"http://{self.place}/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Postgres:
    """One of the test's own."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=lambda: DURABLE)
    server: EmbeddedServer = field(init=False)

    def __post_init__(self) -> None:
        self.server = embedded.start(self.folder, settings=self.settings)

    def restart_at_once(self) -> None:
        """As `pg_ctl stop -m immediate` and `pg_ctl start` do: nothing is finished, and the log is recovered from."""
        self.end(signal.SIGQUIT)
        self.begin_again()

    def end(self, how: signal.Signals) -> None:
        """SIGINT ends all connections and then in peace (`-m fast`), SIGQUIT everything at once (`-m immediate`)."""
        number = postmaster(self.folder / "cluster")
        assert number is not None
        os.kill(number, how)
        wait_until(lambda: postmaster(self.folder / "cluster") != number)
        self.server.stop()

    def begin_again(self) -> None:
        self.server = embedded.start(self.folder, settings=self.settings)
