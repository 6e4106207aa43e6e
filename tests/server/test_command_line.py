"""What holds for every command: help, examples, output for programs, completion, exit codes."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner

import server.cli
from server.command_reference import arguments_of, command_line_page, options_of, shown_commands
from tests.commands import DENGTA

COMMANDS = dict(shown_commands())
PAGE = (Path(__file__).parents[2] / "docs" / "command-line.md").read_text(encoding="utf-8")
HEAVY = {"sqlalchemy", "psycopg", "strawberry", "graphql", "starlette", "uvicorn", "pydantic", "httpx", "rich.progress"}
every_command = pytest.mark.parametrize("name", COMMANDS)


def examples_of(name: str) -> list[str]:
    lines = (COMMANDS[name].epilog or "").partition("\n\n")[0].splitlines()
    assert lines[0] == "Examples:"
    return lines[1:]


def spellings(command: TyperCommand | TyperGroup) -> set[str]:
    return {spelling for option in options_of(command) for spelling in option.opts}


def test_the_commands_are_those_that_are_meant() -> None:
    words = {name.split()[1] for name in COMMANDS}
    assert {"demo", "serve", "load", "import", "token", "check", "audit", "jobs", "schema"} <= words


@every_command
def test_each_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert (command.help or "").strip().endswith(".")
    undocumented = [option.name for option in options_of(command) if not option.help]
    undocumented += [argument.name for argument in arguments_of(command) if not argument.help]
    assert undocumented == []


@every_command
def test_each_has_examples_that_have_its_options_alone(name: str) -> None:
    lines = [line for line in examples_of(name) if f"{name} " in f"{line} "]
    assert lines != []
    for line in lines:
        options = {word for word in shlex.split(line.partition("|")[0]) if word.startswith("--")}
        assert options <= spellings(COMMANDS[name]), line


@every_command
def test_each_can_speak_to_programs(name: str) -> None:
    assert "--json" in spellings(COMMANDS[name])


@every_command
def test_each_is_in_the_documentation(name: str) -> None:
    assert f"`{name}`" in PAGE
    section = command_line_page().partition(f"\n## {name}\n")[2].partition("\n## ")[0]
    for spelling in spellings(COMMANDS[name]):
        assert f"`{spelling}" in section


def test_the_page_mentions_no_command_that_there_is_not() -> None:
    groups = {name.rpartition(" ")[0] for name in COMMANDS}
    assert set(re.findall(r"`(dengta [a-z ]+)`", PAGE)) <= {*COMMANDS, *groups}


def test_help_and_completion_load_nothing_of_the_application() -> None:
    asked = "import sys, json, server.cli; print(json.dumps(sorted(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=120)
    loaded = set(json.loads(answer.stdout))
    assert HEAVY & loaded == set()
    assert {
        name for name in loaded if name.startswith(("storage", "resolvers", "schema.", "auth", "server.commands"))
    } == set()


def completed(*words: str) -> list[str]:
    """What bash offers for the last of the words."""
    asking = {"_DENGTA_COMPLETE": "complete_bash", "COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)}
    answer = subprocess.run(
        [DENGTA], env={**os.environ, **asking}, capture_output=True, text=True, check=False, timeout=120
    )
    return answer.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["dengta", "wo"], ["worker"]),
        (["dengta", "audit", "v"], ["verify"]),
        (["dengta", "check", "--fail"], ["--fail-on"]),
        (["dengta", "check", "--fail-on", "w"], ["WARNING"]),
    ],
)
def test_bash_completes_commands_options_and_values(words: list[str], offered: list[str]) -> None:
    assert [word.upper() for word in completed(*words)] == [word.upper() for word in offered]


def test_completion_can_be_installed_in_bash(tmp_path: Path) -> None:
    path = f"{DENGTA.parent}:{os.environ['PATH']}"
    environment = {
        **os.environ,
        "HOME": str(tmp_path),
        "PATH": path,
        "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1",
    }
    subprocess.run(
        [DENGTA, "--install-completion", "bash"], env=environment, check=True, timeout=120, capture_output=True
    )
    asked = 'source "$HOME/.bashrc"; COMP_WORDS=(dengta tok); COMP_CWORD=1; _dengta_completion dengta; printf "%s" "${COMPREPLY[@]}"'
    answer = subprocess.run(
        ["bash", "--norc", "-c", asked], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert (answer.stdout, answer.stderr) == ("token", "")


@pytest.mark.parametrize(
    "arguments",
    [["no-such-command"], ["check", "--no-such-option"], ["check", "--in-background", "--fail-on", "ERROR"]],
)
def test_wrong_use_exits_with_2(arguments: list[str]) -> None:
    done = CliRunner().invoke(server.cli.app, arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr != ""


def test_a_fault_of_its_own_is_one_line_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails() -> None:
        raise ValueError("what a row held")

    monkeypatch.setattr(server.cli, "app", fails)
    with pytest.raises(SystemExit) as ended:
        server.cli.main()
    assert ended.value.code == 70
    said = capsys.readouterr().err
    assert said.startswith("dengta: this should not have happened: ValueError at test_command_line.py:")
    assert said.count("\n") == 1
    assert "what a row held" not in said


def test_a_database_of_a_newer_dengta_is_named(own_province_url: str, tmp_path: Path) -> None:
    engine = create_engine(own_province_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    environment = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path)}
    done = CliRunner(env=environment).invoke(server.cli.app, ["jobs"], catch_exceptions=False)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "upgraded by a newer Dengta" in done.stderr
