"""With `--json` each command writes JSON to standard output, and nothing else there."""

import json
import re
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from domain.codes import Role
from server.cli import app
from server.command_reference import shown_commands
from tests.accounts import somebody
from tests.commands import free_port, running, said_until
from tests.server.importing.tables import csv_bytes
from tests.server.test_account_commands import options

SERVES = {"dengta demo", "dengta serve", "dengta worker"}
"""They speak when they are ready, and go on."""

PEOPLE = [["姓名", "公民身份证号", "手机号", "所管理组织", "角色"]]

IN_ORDER: Mapping[str, tuple[str, dict[str, object]]] = {
    "dengta load": ("--members 300 --replace --manifest MANIFEST", {"members": 300}),
    "dengta token": ("--role AUDITOR --organization 370000 --hours 1", {"role": "AUDITOR", "hours": 1.0}),
    "dengta account open": ("OPEN", {"id": 1, "state": "INVITED"}),
    "dengta account list": ("", {"id": 1, "state": "INVITED", "role": Role.SECURITY_OFFICER.value}),
    "dengta account suspend": ("1", {"id": 1, "outcome": "SUSPENDED"}),
    "dengta account resume": ("1", {"id": 1, "outcome": "RESUMED"}),
    "dengta account revoke": ("1", {"id": 1, "outcome": "REVOKED"}),
    "dengta client register": (
        "web --name 端 --redirect-uri https://web.test/",
        {"clientId": "web", "state": "ACTIVE"},
    ),
    "dengta client suspend": ("web", {"clientId": "web", "state": "SUSPENDED"}),
    "dengta client resume": ("web", {"clientId": "web", "state": "ACTIVE"}),
    "dengta client list": ("", {"clientId": "web", "name": "端", "redirectUris": ["https://web.test/"]}),
    "dengta client revoke": ("web", {"clientId": "web", "state": "REVOKED"}),
    "dengta keys list": ("", {"signs": True}),
    "dengta keys rotate": ("", {"signs": True}),
    "dengta check": ("--rule PHOTO_MISSING", {"id": 1, "state": "DONE", "members": 300}),
    "dengta audit verify": ("", {"isIntact": True, "bad": []}),
    "dengta import accounts": ("PEOPLE --dry-run", {"rows": 1, "errorCount": 0}),
    "dengta import members": ("PEOPLE --dry-run", {"saved": 0}),
    "dengta schema": ("", {}),
}
"""In an order in which each finds what it needs; what it must say, among others."""

TOLD_ELSEWHERE = {
    "dengta account unlock": "tests/server/test_account_commands.py",
    "dengta doctor": "tests/server/doctor/test_doctor_command.py",
    "dengta partition": "tests/server/test_partition_command.py",
    "dengta jobs": "tests/server/test_jobs_command.py",
    "dengta jobs cancel": "tests/server/test_jobs_command.py",
    "dengta jobs retry": "tests/server/test_jobs_command.py",
    "dengta keys retire": "below",
}


def test_no_command_is_forgotten() -> None:
    assert {name for name, _ in shown_commands()} == SERVES | IN_ORDER.keys() | TOLD_ELSEWHERE.keys()


def test_each_command_tells_programs_what_it_tells_people(own_province_url: str, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    person = somebody()
    row = [person["name"], person["identityNumber"], person["phone"], "1", "管理员"]
    people.write_bytes(csv_bytes([*PEOPLE, row]))
    manifest = str(tmp_path / "manifest.json")
    stand_for = {"OPEN": options(somebody(), "370000"), "PEOPLE": [str(people)], "MANIFEST": [manifest]}
    runner = CliRunner(env={"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path)})
    for name, (arguments, expected) in IN_ORDER.items():
        words = [word for part in arguments.split() for word in stand_for.get(part, [part])]
        done = runner.invoke(app, [*name.split()[1:], *words, "--json"], catch_exceptions=False)
        assert done.exit_code == (1 if name == "dengta import members" else 0), (name, done.stderr)
        lines = [done.stdout] if name == "dengta schema" else done.stdout.splitlines()
        told = [json.loads(line) for line in lines][-1]
        assert expected.items() <= told.items(), name
    [first, second] = runner.invoke(app, ["keys", "list", "--json"]).stdout.splitlines()
    retired = runner.invoke(app, ["keys", "retire", json.loads(second)["id"], "--json"]).stdout
    assert json.loads(retired) == {"id": json.loads(second)["id"], "retired": True}
    assert json.loads(first)["signs"]


@pytest.mark.parametrize(("command", "key"), [("serve", "address"), ("worker", "works")])
def test_what_serves_says_that_it_is_ready_and_ends_in_peace(
    own_province_url: str, tmp_path: Path, command: str, key: str
) -> None:
    port = free_port()
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path), "DENGTA_PORT": str(port)}
    with running(command, "--json", environment=environment) as process:
        line = said_until(process, re.compile(r"^\{.*\}$", re.MULTILINE)).splitlines()[-1]
        assert json.loads(line) == {key: {"address": f"http://127.0.0.1:{port}", "works": True}[key]}
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
