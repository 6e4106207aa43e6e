"""The samples of the documentation: every fenced block of every page of the repository."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
_NOT_OURS = {".venv", "node_modules", "build", ".dengta", ".pytest_cache"}
_FENCE = re.compile(r"^( *)```(\w*)(?: .*)?$")
_NAME = re.compile(r"^ *<!-- sample: (.+) -->$")


@dataclass(frozen=True, slots=True)
class Sample:
    page: str
    line: int
    language: str
    text: str
    name: str | None = None
    """Of the file that it could be; a test runs it."""
    answer: str | None = None
    """The block of JSON that follows a GraphQL sample at once is what was answered."""

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def sample(page: str, name: str) -> str:
    """The text of the one that is marked with `<!-- sample: name -->` in the page."""
    found = [sample.text for sample in samples() if (sample.page, sample.name) == (page, name)]
    assert len(found) == 1, f"{page} has {len(found)} samples {name}"
    return found[0]


@lru_cache
def samples() -> tuple[Sample, ...]:
    pages = sorted(path for path in ROOT.rglob("*.md") if not _NOT_OURS & set(path.relative_to(ROOT).parts))
    return tuple(sample for page in pages for sample in samples_of(page.relative_to(ROOT).as_posix(), page.read_text()))


def samples_of(page: str, text: str) -> list[Sample]:
    found = list(_blocks(page, text.splitlines()))
    answers = {one.line: two.text for one, two in pairwise(found) if _answers(one, two)}
    return [
        Sample(block.page, block.line, block.language, block.text, block.name, answers.get(block.line))
        for block in found
    ]


def _answers(asked: Sample, answer: Sample) -> bool:
    end = asked.line + asked.text.count("\n") + 1
    return (asked.language, answer.language) == ("graphql", "json") and answer.line == end + 2


def _blocks(page: str, lines: list[str]) -> Iterator[Sample]:
    numbered = iter(enumerate(lines, start=1))
    before = ""
    for number, line in numbered:
        if fence := _FENCE.match(line):
            indent, language = fence.groups()
            text = "".join(f"{part.removeprefix(indent)}\n" for part in _until_fence(page, number, numbered))
            name = _NAME.match(before)
            yield Sample(page, number, language, text, name[1] if name else None)
        before = line


def _until_fence(page: str, number: int, lines: Iterator[tuple[int, str]]) -> Iterator[str]:
    for _, line in lines:
        if line.strip() == "```":
            return
        yield line
    raise AssertionError(f"{page}:{number}: this block has no end")
