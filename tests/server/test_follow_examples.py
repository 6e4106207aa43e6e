"""examples/follow-*: each keeps a copy of the register's members, whoever is killed."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from domain.codes import OrganizationKind, Scope
from domain.secrets import hashed_secret
from schema.identifiers import encoded
from storage.engine import libpq_url
from tests.commands import free_port, wait_until
from tests.oracle import Register
from tests.server.oauth.flow import SECRET
from tests.server.test_workers import Serving, serving

EXAMPLES = Path(__file__).parents[2] / "examples"
PARTNER = """INSERT INTO clients (client_id, kind, name, organization_id, secret_hash, scopes, state)
VALUES (%s, 'PARTNER', '党员教育系统', %s, %s, %s, 'ACTIVE')"""
MEMBERS = "SELECT id, name, phone, branch_id FROM members"
SCOPES = (Scope.MEMBERS_READ, Scope.ORGANIZATIONS_READ, Scope.CHANGES_READ)
Row = tuple[str, str, str | None, str]


def node_example() -> list[str]:
    node = shutil.which("node")
    if node is None or not (EXAMPLES / "follow-node/node_modules").exists():
        pytest.skip("Node or the packages of examples/follow-node are not there: make test-examples")
    return [node, str(EXAMPLES / "follow-node/follow.js")]


def python_example() -> list[str]:
    return [sys.executable, str(EXAMPLES / "follow-python/follow.py")]


@pytest.fixture(params=[python_example, node_example], ids=["python", "node"])
def command(request: pytest.FixtureRequest) -> list[str]:
    found: list[str] = request.param()
    return found


@contextmanager
def consuming(
    command: list[str], environment: dict[str, str], stderr: int | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, env={**os.environ, **environment}, stderr=stderr) as process:
        try:
            yield process
        finally:
            process.kill()


@dataclass
class Followed:
    """A register, the example that follows it, and its copy."""

    url: str
    command: list[str]
    environment: dict[str, str]
    server: Serving

    @property
    def copy(self) -> Path:
        return Path(self.environment["COPY_FILE"])

    def following(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        return consuming(self.command, self.environment)

    def change(self, statements: str) -> None:
        with psycopg.connect(libpq_url(self.url)) as connection:
            connection.execute(statements.encode())

    def number(self, statement: str) -> int:
        with psycopg.connect(libpq_url(self.url)) as connection:
            [[number]] = connection.execute(statement.encode()).fetchall()
            return int(number)

    def members(self) -> set[Row]:
        with psycopg.connect(libpq_url(self.url)) as connection:
            rows = connection.execute(MEMBERS).fetchall()
        return {
            (encoded("Member", id_), name, phone, encoded("Organization", branch)) for id_, name, phone, branch in rows
        }

    def copied(self) -> set[Row]:
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(self.copy)) as file:
            return set(file.execute("SELECT id, name, phone, branch FROM members"))
        return set()  # the example has not made its tables yet

    def progress(self) -> str:
        with closing(sqlite3.connect(self.copy)) as file:
            return str(file.execute("SELECT cursor FROM progress").fetchone()[0])

    def go_back_to(self, cursor: str) -> None:
        with closing(sqlite3.connect(self.copy)) as file, file:
            file.execute("UPDATE progress SET cursor = ?", (cursor,))

    def wait_until_equal(self) -> None:
        members = self.members()
        wait_until(lambda: self.copied() == members)


def register_partner(url: str, organization_id: int) -> dict[str, str]:
    """As the examples want to be told of it."""
    values = ("partner-1", organization_id, hashed_secret(SECRET), [scope.token for scope in SCOPES])
    with psycopg.connect(libpq_url(url)) as connection:
        connection.execute(PARTNER, values)
    return {"CLIENT_ID": "partner-1", "CLIENT_SECRET": SECRET}


@contextmanager
def served(url: str, folder: Path, port: str) -> Iterator[Serving]:
    with serving(url, folder, DENGTA_WORKERS="1", DENGTA_PORT=port, DENGTA_DATABASE_CONNECTIONS="8") as server:
        yield server


@pytest.fixture
def followed(
    own_province_url: str, data_directory: Path, register: Register, tmp_path: Path, command: list[str]
) -> Iterator[Followed]:
    """A server answers, and nobody follows yet."""
    top = register.first_of_kind(OrganizationKind.PROVINCE)
    with served(own_province_url, data_directory, str(free_port())) as server:
        environment = register_partner(own_province_url, top.id)
        environment |= {"REGISTER_ADDRESS": server.address, "COPY_FILE": str(tmp_path / "members.sqlite")}
        yield Followed(own_province_url, command, environment, server)


def kill(server: Serving) -> None:
    server.process.kill()
    server.process.wait()


def test_the_copy_becomes_the_register_whoever_is_killed(
    followed: Followed, data_directory: Path, register: Register
) -> None:
    first, second, third, fourth = (member.id for member in register.members[:4])
    elsewhere = register.members[-1]
    with followed.following() as consumer:
        followed.wait_until_equal()
        assert len(followed.copied()) == len(register.members)
        before = followed.progress()
        followed.change(
            f"UPDATE members SET phone = '13900000001', name = '更名' WHERE id = {first};"
            f"UPDATE members SET branch_id = {elsewhere.branch_id}, org_path = '{elsewhere.org_path}'"
            f" WHERE id = {second};"
            f"DELETE FROM members WHERE id = {third};"
        )
        followed.wait_until_equal()
        consumer.kill()
    followed.go_back_to(before)  # what was applied comes again
    followed.change(f"UPDATE members SET phone = NULL WHERE id = {fourth}; DELETE FROM members WHERE id = {first}")
    with followed.following() as consumer:
        followed.wait_until_equal()
        kill(followed.server)
        followed.change(f"UPDATE members SET name = '无人服务时' WHERE id = {second}")
        with served(followed.url, data_directory, followed.server.environment["DENGTA_PORT"]):
            followed.wait_until_equal()
            followed.change(f"UPDATE members SET name = '恢复之后' WHERE id = {second}")
            followed.wait_until_equal()
            consumer.send_signal(signal.SIGTERM)
            assert consumer.wait(timeout=5) == 0


def test_a_kill_while_the_first_copy_is_read_costs_nothing_that_is_read(followed: Followed, register: Register) -> None:
    with followed.following() as consumer:
        wait_until(lambda: arrived(followed) > 0 or followed.copied())
        consumer.kill()
    followed.change("UPDATE members SET name = '其间'")
    with followed.following():
        followed.wait_until_equal()
    assert len(followed.copied()) == len(register.members)


def arrived(followed: Followed) -> int:
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(followed.copy)) as file:
        [[number]] = file.execute("SELECT count(*) FROM arriving")
        return int(number)
    return 0


def test_who_was_away_for_too_long_begins_anew(followed: Followed, register: Register) -> None:
    first, second, third = (member.id for member in register.members[:3])
    with followed.following():
        followed.wait_until_equal()
    followed.change(f"UPDATE members SET name = '其间' WHERE id = {first}; DELETE FROM members WHERE id = {second}")
    wait_until(lambda: followed.number("SELECT position FROM change_feed") == 2)
    followed.change("DELETE FROM change_events; UPDATE change_feed SET forgotten = position")
    with followed.following():
        followed.wait_until_equal()
        followed.change("UPDATE grants SET expires_at = now() - interval '1 minute'")  # a token has ended
        followed.change(f"UPDATE members SET name = '又' WHERE id = {third}")
        followed.wait_until_equal()


def test_sigterm_is_heard_while_nobody_answers(command: list[str], tmp_path: Path) -> None:
    environment = {"CLIENT_ID": "partner-1", "CLIENT_SECRET": SECRET, "COPY_FILE": str(tmp_path / "members.sqlite")}
    environment |= {"REGISTER_ADDRESS": f"http://127.0.0.1:{free_port()}"}
    with consuming(command, environment, stderr=subprocess.PIPE) as consumer:
        assert consumer.stderr is not None
        assert consumer.stderr.readline().startswith(b"lost")
        consumer.send_signal(signal.SIGTERM)
        assert consumer.wait(timeout=5) == 0


def test_what_the_example_asks_to_be_installed_is_what_is_tested() -> None:
    asked = (EXAMPLES / "follow-python/requirements.txt").read_text().splitlines()
    tested = (EXAMPLES.parent / "requirements-dev.lock").read_text()
    assert [pin for pin in asked if f"\n{pin.partition(' ')[0]} " not in tested] == []
