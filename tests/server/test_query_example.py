"""examples/query-python: asks for what it prints, and changes things once, whatever is lost on the way."""

import csv
import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from domain.codes import OrganizationKind, Scope
from domain.secrets import hashed_secret
from schema.identifiers import encoded
from storage.engine import libpq_url
from tests.commands import free_port
from tests.losing import let_everybody_in, shut_everybody_out
from tests.oracle import Register
from tests.server.oauth.flow import SECRET
from tests.server.test_follow_examples import EXAMPLES, PARTNER, served
from tests.server.test_workers import Serving

EXAMPLE = EXAMPLES / "query-python"
SCOPES = (Scope.MEMBERS_READ, Scope.ORGANIZATIONS_READ, Scope.TRANSFERS_WRITE)
SINCE = date(2000, 1, 1)
_MOST = 1_048_576
CHANGED = "SELECT version, transfer_in_progress FROM members WHERE id = %s"


@dataclass
class Partner:
    """A register that answers, and the example that asks it."""

    url: str
    server: Serving

    def command(self, *arguments: str, address: str | None = None) -> subprocess.Popen[str]:
        environment = {"CLIENT_ID": "partner-1", "CLIENT_SECRET": SECRET, "PYTHONUTF8": "1"}
        return subprocess.Popen(
            [sys.executable, str(EXAMPLE / "register.py"), *arguments],
            env={**os.environ, **environment, "REGISTER_ADDRESS": address or self.server.address},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(self, *arguments: str, address: str | None = None) -> tuple[str, str, int]:
        with self.command(*arguments, address=address) as process:
            out, err = process.communicate(timeout=60)
        return out, err, process.returncode

    def state_of(self, member_id: int) -> tuple[int, bool]:
        with psycopg.connect(libpq_url(self.url)) as connection:
            [state] = connection.execute(CHANGED, (member_id,)).fetchall()
        return state


@pytest.fixture
def partner(own_province_url: str, data_directory: Path, register: Register) -> Iterator[Partner]:
    top = register.first_of_kind(OrganizationKind.PROVINCE)
    with served(own_province_url, data_directory, str(free_port())) as server:
        values = ("partner-1", top.id, hashed_secret(SECRET), [scope.token for scope in SCOPES])
        with psycopg.connect(libpq_url(own_province_url)) as connection:
            connection.execute(PARTNER, values)
        yield Partner(own_province_url, server)


def probationary(register: Register) -> set[str]:
    return {
        encoded("Member", member.id)
        for member in register.members
        if member.category == "PROBATIONARY" and member.joined_on is not None and member.joined_on >= SINCE
    }


def listed(out: str) -> list[str]:
    return [row["id"] for row in csv.DictReader(io.StringIO(out))]


def test_the_list_has_whom_it_asks_for(partner: Partner, register: Register) -> None:
    out, err, code = partner.said("probationary", SINCE.isoformat())
    assert (err, code) == ("", 0)
    assert len(listed(out)) == len(set(listed(out)))
    assert set(listed(out)) == probationary(register)


def test_a_database_that_is_lost_for_a_while_is_waited_for(partner: Partner, register: Register) -> None:
    shut_everybody_out(partner.url)
    with partner.command("probationary", SINCE.isoformat()) as asking:
        assert asking.stderr is not None
        waiting = asking.stderr.readline()
        let_everybody_in(partner.url)
        out, _ = asking.communicate(timeout=60)
    assert "again in" in waiting
    assert set(listed(out)) == probationary(register)


@dataclass
class LossyWay:
    """A way to the server on which the answer to the first change is lost, after the server has given it."""

    to: int
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))
    lost: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self.to)) as server, suppress(OSError):
            changes = Event()
            Thread(target=_pass_on, args=(client, server, changes), daemon=True).start()
            while answered := server.recv(_MOST):
                if changes.is_set() and not self.lost:
                    self.lost += 1
                    return
                client.sendall(answered)


def _pass_on(client: socket.socket, server: socket.socket, changes: Event) -> None:
    with suppress(OSError):
        while asked := client.recv(_MOST):
            if b"BeginTransfer" in asked:
                changes.set()
            server.sendall(asked)


@contextmanager
def lossy_way(to: int) -> Iterator[LossyWay]:
    way = LossyWay(to)
    Thread(target=way.serve, daemon=True).start()
    yield way
    way.listening.close()


def test_a_change_whose_answer_was_lost_is_done_once(partner: Partner, register: Register) -> None:
    member = next(member for member in register.members if not member.transfer_in_progress)
    before, _ = partner.state_of(member.id)
    with lossy_way(int(partner.server.environment["DENGTA_PORT"])) as way:
        _, err, code = partner.said("transfer", encoded("Member", member.id), address=way.address)
        assert way.lost == 1
    assert code == 0, err
    assert "lost" in err
    assert partner.state_of(member.id) == (before + 1, True)


def test_what_is_refused_is_said_and_not_tried_again(partner: Partner, register: Register) -> None:
    member = encoded("Member", register.members[0].id)
    partner.said("transfer", member)
    _, err, code = partner.said("transfer", member)
    assert code == 1
    assert "refused: TRANSFER_IN_PROGRESS" in err
    assert "again in" not in err


def test_a_wrong_secret_is_said(partner: Partner) -> None:
    with psycopg.connect(libpq_url(partner.url)) as connection:
        connection.execute("UPDATE clients SET state = 'SUSPENDED' WHERE client_id = 'partner-1'")
    _, err, code = partner.said("probationary", SINCE.isoformat())
    assert (err.strip(), code) == ("refused: no token: invalid_client", 1)


def test_what_the_example_asks_to_be_installed_is_what_is_tested() -> None:
    asked = (EXAMPLE / "requirements.txt").read_text().splitlines()
    tested = (EXAMPLES.parent / "requirements-dev.lock").read_text()
    assert asked
    assert [pin for pin in asked if f"\n{pin.partition(' ')[0]} " not in tested] == []
