"""Every sample of the documentation is checked as its language wants it; one of an unknown language fails."""

import ast
import csv
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from email.parser import Parser
from typing import Any

import pytest
from graphql import parse, validate
from typer._click.exceptions import NoSuchOption
from typer.main import get_command

from schema.build import graphql_schema
from server.app import SCHEMA
from server.cli import app
from tests.samples import ROOT, Sample, samples, samples_of

UNCHECKED = {
    ("docs/guides/reverse-proxy.md", "caddyfile"): "tests/server/test_reverse_proxy.py runs it, where Caddy is",
    ("docs/guides/reverse-proxy.md", "nginx"): "tests/server/test_reverse_proxy.py runs it, where nginx is",
    ("docs/overload.md", ""): "what a refusal looks like; tests/api/test_overload.py is refused",
    ("docs/scaling.md", "ini"): "PgBouncer's settings; tests/server/test_pgbouncer.py reads them",
    ("docs/sign-in-for-applications.md", ""): "an address that is fetched",
    ("docs/subscriptions.md", ""): "what curl shows; tests/server/test_subscriptions_page.py compares it",
    ("docs/tutorial.md", "text"): "what curl shows; tests/server/test_tutorial_page.py compares it",
    ("execution/README.md", "text"): "an excerpt of generated code, with words for what is left out",
}
"""(page, language) of the samples that nobody can check here, and why."""


def check_graphql(sample: Sample) -> None:
    assert validate(graphql_schema(SCHEMA), parse(sample.text)) == []


def check_shell(sample: Sample) -> None:
    subprocess.run(["sh", "-n"], input=sample.text, text=True, check=True)
    check_commands(sample.text)
    for query in re.findall(r'"query": ("(?:[^"\\]|\\.)*")', sample.text):
        assert validate(graphql_schema(SCHEMA), parse(json.loads(query))) == []


def check_console(sample: Sample) -> None:
    """Lines after a prompt are commands, the others what was said."""
    lines = sample.text.replace("\\\n", " ").splitlines()
    commands = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    assert commands
    check_commands("\n".join(commands))


def check_commands(text: str) -> None:
    """Those of `dengta` and of `make`: the command is there, and knows the options."""
    for line in text.replace("\\\n", " ").splitlines():
        for arguments in re.findall(r"(?:^|[\s/(])dengta +([^|;&)#]*)", line):
            know_options(*shlex.split(arguments))
        for target in re.findall(r"^make ([a-z-]+)", line):
            assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE), target


def know_options(*arguments: str) -> None:
    command: Any = get_command(app)
    words = list(arguments)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        name = words.pop(0)
        assert name in command.commands, f"there is no command {name}"
        command = command.commands[name]
    context = command.make_context(command.name, [], resilient_parsing=True)
    context.resilient_parsing = False
    command.make_parser(context).parse_args(words)  # raises for an option that it does not know


def check_json(sample: Sample) -> None:
    """One value, or one a line; `…` stands for what is left out."""
    text = re.sub(r",? *…(?=\s*[\]}])", "", sample.text)
    try:
        json.loads(text)
    except ValueError:
        assert [json.loads(line) for line in text.splitlines()]


def check_python(sample: Sample) -> None:
    compile(sample.text, str(sample), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def check_javascript(sample: Sample) -> None:
    if (node := shutil.which("node")) is None:
        pytest.skip("Node checks what JavaScript means")
    subprocess.run([node, "--input-type=module", "--check", "-"], input=sample.text, text=True, check=True)


def check_csv(sample: Sample) -> None:
    assert len({len(row) for row in csv.reader(sample.text.splitlines())}) == 1


def check_http(sample: Sample) -> None:
    """A request with headers, and a body that is what they say."""
    first, _, rest = sample.text.partition("\n")
    assert re.fullmatch(r"[A-Z]+ /\S* HTTP/1\.1", first)
    request = Parser().parsestr(rest)
    if request.get_content_type() == "application/json":
        json.loads(str(request.get_payload()))


CHECKS: dict[str, Callable[[Sample], None]] = {
    "graphql": check_graphql,
    "sh": check_shell,
    "console": check_console,
    "json": check_json,
    "python": check_python,
    "js": check_javascript,
    "csv": check_csv,
    "http": check_http,
}


@pytest.mark.parametrize("sample", [each for each in samples() if each.language in CHECKS], ids=str)
def test_it_can_be_used_as_it_stands(sample: Sample) -> None:
    CHECKS[sample.language](sample)


def test_every_sample_is_checked_or_excepted() -> None:
    unknown = {(each.page, each.language): str(each) for each in samples() if each.language not in CHECKS}
    assert set(unknown) == set(UNCHECKED), "name a language that CHECKS knows, or say in UNCHECKED why it cannot be"


def test_there_are_samples() -> None:
    assert len([each for each in samples() if each.page.startswith(("docs/", "README"))]) > 50


def test_samples_with_a_name_are_run_by_a_test() -> None:
    tests = [text for path in (ROOT / "tests").rglob("test_*.py") if "samples" in (text := path.read_text())]
    named = [each for each in samples() if each.name]
    assert named
    run = {each for each in named for text in tests if f'"{each.name}"' in text and each.page in text}
    assert [str(each) for each in named if each not in run] == []


@pytest.mark.parametrize(
    ("language", "text", "error"),
    [
        ("graphql", "{ members { nodes { nickname } } }", AssertionError),
        ("sh", "if true; do", subprocess.CalledProcessError),
        ("sh", ".venv/bin/dengta demo --people 3", NoSuchOption),
        ("sh", "x=$(dengta tokens)", AssertionError),
        ("sh", "make tea", AssertionError),
        ("sh", """curl -d '{"query": "{ nothing }"}' http://register.example""", AssertionError),
        ("console", "$ dengta audit prove", AssertionError),
        ("json", '{"a": }', ValueError),
        ("python", "def f(:", SyntaxError),
        ("csv", "a,b\n1", AssertionError),
        ("http", "POST /x HTTP/1.1\nContent-Type: application/json\n\n{", ValueError),
    ],
)
def test_a_sample_that_is_wrong_fails(language: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        CHECKS[language](Sample("page.md", 1, language, text + "\n"))


def test_blocks_are_found_with_their_names_and_answers() -> None:
    text = '# x\n\n<!-- sample: a.sh -->\n```sh\nls\n```\n\n1. y\n\n   ```graphql\n   { a }\n   ```\n\n   ```json\n   {"a": 1}\n   ```\n'
    found = samples_of("page.md", text)
    assert [(each.line, each.language, each.name, each.answer) for each in found] == [
        (4, "sh", "a.sh", None),
        (10, "graphql", None, '{"a": 1}\n'),
        (14, "json", None, None),
    ]
    assert found[1].text == "{ a }\n"


def test_a_block_without_an_end_is_an_error() -> None:
    with pytest.raises(AssertionError, match="page"):
        samples_of("page.md", "```sh\nls\n")
