"""Several processes on one port: real ones, ended by real signals."""

import os
import pickle
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]  # it has no stubs
import pytest
from prometheus_client import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import create_engine, text

from domain.codes import Role
from server.ports import require_free_port, shared_port
from tests.commands import TOKEN, free_port, lives, processes_on, running, said_until, wait_until, workers_of
from tests.tokens import issued

LISTENS = re.compile("Dengta listens on")
COUNT = {"query": "{ members { totalCount } }"}
DEMO = ("demo", "--members", "300")


@dataclass
class Serving:
    """A running `dengta serve`, and someone who asks it; each request comes on a connection of its own."""

    process: subprocess.Popen[str]
    environment: dict[str, str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.environment['DENGTA_PORT']}"

    @cached_property
    def token(self) -> str:
        return issued(self.environment)

    @property
    def workers(self) -> list[psutil.Process]:
        return workers_of(self.process)

    def ask(self) -> int:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.post(f"{self.address}/graphql", json=COUNT, headers=headers, timeout=60)
        return int(answer.json()["data"]["members"]["totalCount"])

    def refuses(self) -> bool:
        try:
            return not httpx.get(f"{self.address}/healthz")
        except httpx.ConnectError:
            return True
        except httpx.TransportError:  # taken just before the socket closed, and let go
            return False

    def counted_in_all(self) -> float:
        return _operations(text_string_to_metric_families(httpx.get(f"{self.address}/metrics").text))

    def ask_until_each_has_answered(self, asked: int = 0) -> int:
        """How many requests that took, with those asked before."""

        def everyone_has() -> bool:
            nonlocal asked
            asked += self.ask() > 0
            return all(_counted_by(worker) for worker in self.workers)

        wait_until(everyone_has)
        return asked


def _counted_by(worker: psutil.Process) -> float:
    """What this process alone has counted."""
    file = Path(worker.environ()["PROMETHEUS_MULTIPROC_DIR"]) / f"counter_{worker.pid}.db"
    merge: Callable[[list[str]], Iterable[Metric]] = MultiProcessCollector.merge
    return _operations(merge([str(file)]) if file.exists() and file.stat().st_size else [])


def _operations(families: Iterable[Metric]) -> float:
    samples = [sample for family in families for sample in family.samples]
    return sum(float(sample.value) for sample in samples if sample.name == "dengta_operations_total")


@contextmanager
def serving(url: str, folder: Path, *options: str, stdin: int = subprocess.DEVNULL, **more: str) -> Iterator[Serving]:
    environment = {
        "DATABASE_URL": url,
        "DENGTA_DATA_DIRECTORY": str(folder),
        "DENGTA_PORT": str(free_port()),
        "DENGTA_WORKERS": "2",
        "DENGTA_DATABASE_CONNECTIONS": "2",
        "TMPDIR": str(folder),  # a killed supervisor cannot clear up
        **more,
    }
    with running("serve", *options, stdin=stdin, environment=environment) as process:
        said_until(process, LISTENS)
        yield Serving(process, environment)


def ended(process: subprocess.Popen[str]) -> str:
    """What it said after it was ready; it must have ended by itself, in peace."""
    said, _ = process.communicate(timeout=60)
    assert "Traceback" not in said
    assert process.returncode == 0
    return said


def test_each_worker_answers_and_their_counts_are_summed(province_url: str, data_directory: Path) -> None:
    with serving(province_url, data_directory, "--workers", "2", DENGTA_WORKERS="3") as server:
        assert len(server.workers) == 2
        asked = server.ask_until_each_has_answered()
        assert server.counted_in_all() == asked
        assert sum(_counted_by(worker) for worker in server.workers) == asked
        folder = Path(server.workers[0].environ()["PROMETHEUS_MULTIPROC_DIR"])
        server.process.send_signal(signal.SIGTERM)
        assert LISTENS.search(ended(server.process)) is None
        assert not folder.exists()


def test_a_killed_worker_is_replaced_and_a_killed_supervisor_ends_them_all(
    province_url: str, data_directory: Path
) -> None:
    with serving(province_url, data_directory) as server:
        asked = server.ask_until_each_has_answered()
        killed, survivor = server.workers
        killed.kill()
        wait_until(lambda: not lives(killed))  # until then its socket may still take connections
        asked += sum(server.ask() > 0 for _ in range(10))
        wait_until(lambda: len(server.workers) == 2)
        assert survivor in server.workers
        asked = server.ask_until_each_has_answered(asked)
        assert server.counted_in_all() == asked
        answering = server.workers
        server.process.kill()
        wait_until(lambda: not any(lives(worker) for worker in answering))
        assert server.refuses()


@pytest.mark.parametrize(("workers", "number"), [(1, signal.SIGTERM), (2, signal.SIGTERM), (2, signal.SIGINT)])
def test_a_signal_ends_the_workers_and_postgresql(
    filled_folder: Path, data_directory: Path, workers: int, number: signal.Signals
) -> None:
    subprocess.run(["cp", "-a", filled_folder, data_directory / "postgres"], check=True)
    environment = {"DENGTA_DATA_DIRECTORY": str(data_directory), "DENGTA_PORT": str(free_port())}
    with running(*DEMO, "--workers", str(workers), environment=environment) as demo:
        said = said_until(demo, TOKEN, times=6)
        assert len(LISTENS.findall(said)) == 1
        answering, postgres = workers_of(demo), processes_on(data_directory)
        assert len(answering) == (workers if workers > 1 else 0)
        assert postgres != []
        os.killpg(demo.pid, number)  # as a terminal sends it
        assert ended(demo).strip() == ""
        assert [worker for worker in answering if lives(worker)] == []
        wait_until(lambda: not any(lives(process) for process in postgres))  # it ends just after it has said so


def test_requests_under_way_are_finished(own_province_url: str, data_directory: Path) -> None:
    engine = create_engine(own_province_url)
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'members'::regclass")
    with serving(own_province_url, data_directory) as server, ThreadPoolExecutor() as another, engine.connect() as lock:
        members = server.ask()
        lock.execute(text("LOCK TABLE members"))
        answer = another.submit(server.ask)
        wait_until(lambda: lock.scalar(waiting))
        server.process.send_signal(signal.SIGTERM)
        wait_until(server.refuses)
        assert not answer.done()
        lock.rollback()
        assert answer.result(timeout=60) == members
        ended(server.process)
    engine.dispose()


HIDE_NAMES = """
mutation { setPermissions(input: {expectedVersion: 0, changes: [
  {role: ADMINISTRATOR, tier: COUNTY_OR_ABOVE, field: "Member.name", read: HIDDEN}
]}) { errors { code } } }
"""


def test_an_edit_of_the_matrix_is_in_every_worker_within_a_second(own_province_url: str, data_directory: Path) -> None:
    with serving(own_province_url, data_directory) as server:
        officer = issued(server.environment, role=Role.SECURITY_OFFICER)

        def asks(token: str, query: str) -> str:
            """On a connection of its own, and so of either worker."""
            headers = {"Authorization": f"Bearer {token}"}
            return httpx.post(f"{server.address}/graphql", json={"query": query}, headers=headers, timeout=60).text

        names = "{ members(first: 1) { nodes { name } } }"
        server.ask_until_each_has_answered()
        assert "FIELD_HIDDEN" not in asks(server.token, names)
        assert asks(officer, HIDE_NAMES) == '{"data":{"setPermissions":{"errors":[]}}}'
        edited_at = time.monotonic()
        answers = []
        while time.monotonic() < edited_at + 1:
            answers.append("FIELD_HIDDEN" in asks(server.token, names))
        assert all("FIELD_HIDDEN" in asks(server.token, names) for _ in range(20))
        assert True in answers


def test_hanging_up_brings_fresh_workers(province_url: str, data_directory: Path) -> None:
    with serving(province_url, data_directory) as server:
        before = server.workers
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: not set(before) & set(server.workers))
        server.ask_until_each_has_answered()
        server.process.send_signal(signal.SIGTERM)
        ended(server.process)


def test_a_terminal_that_is_gone_ends_what_it_ran(province_url: str, data_directory: Path) -> None:
    ours, terminal = pty.openpty()
    with serving(province_url, data_directory, stdin=terminal) as server:
        os.killpg(server.process.pid, signal.SIGHUP)
        ended(server.process)
    os.close(ours)
    os.close(terminal)


FAILING = """
import sys
from functools import partial
from uvicorn import Config
from server.workers import Workers, in_a_worker
config = Config(partial(in_a_worker, partial(int, "x")), factory=True, workers=2, port=int(sys.argv[1]), log_config=None)
Workers(config, partial(print, "is ready")).run()
"""


def test_workers_that_fail_at_their_start_are_given_up() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAILING, str(free_port())], capture_output=True, text=True, timeout=60, check=False
    )
    assert "is ready" not in done.stdout
    assert "ValueError" in done.stdout + done.stderr
    assert done.stderr.strip().splitlines()[-1].startswith("server.workers.WorkersFailedError: A worker could not")


def test_a_shared_port_is_another_socket_in_each_process_and_closed_to_strangers() -> None:
    port = free_port()
    with shared_port("127.0.0.1", port) as ours, pickle.loads(ForkingPickler.dumps(ours)) as theirs:  # noqa: S301
        assert ours.getsockname() == theirs.getsockname()
        theirs.listen()
        with pytest.raises(OSError, match="in use"):
            require_free_port("127.0.0.1", port)
        with pytest.raises(OSError, match="in use"):
            shared_port("127.0.0.1", port)
