"""The samples of execution/README.md run, and it leaves nothing out."""

import ast
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import execution

FOLDER = Path(execution.__file__).parent
README = FOLDER / "README.md"
TEXT = README.read_text(encoding="utf-8")


def samples() -> list[str]:
    """Each at its line of the README, so that a failure tells where it is."""
    found = re.finditer(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return ["\n" * TEXT.count("\n", 0, sample.start(1)) + sample.group(1) for sample in found]


async def test_its_samples_run_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("readme_samples")  # where Strawberry looks for the names in annotations
    monkeypatch.setitem(sys.modules, module.__name__, module)
    for sample in samples():
        code = compile(sample, str(README), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        running = eval(code, module.__dict__)  # noqa: S307 - it is our own text
        if running is not None:
            await running


def test_each_sample_asserts_something() -> None:
    assert len(samples()) == 8
    assert [sample.strip() for sample in samples() if "\nassert " not in sample] == []


@pytest.mark.parametrize("name", sorted(set(execution.__all__) - {"CompiledOperation", "FindShortcut", "Shortcut"}))
def test_it_tells_of_each_name_that_others_may_use(name: str) -> None:
    assert re.search(rf"\b{name}\b", TEXT)


def test_it_tells_every_reason_to_decline() -> None:
    source = (FOLDER / "executor.py").read_text(encoding="utf-8")
    reasons = re.findall(r'raise Declined\(f?"([^"{]+)', source)
    assert len(reasons) == 5
    assert [reason for reason in reasons if f"`{reason}" not in TEXT] == []


def test_the_files_it_names_are_there() -> None:
    assert [name for name in re.findall(r"`(\w+\.py)`", TEXT) if not (FOLDER / name).exists()] == []
