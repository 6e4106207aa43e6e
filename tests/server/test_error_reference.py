"""docs/reference/errors.md has every code that the code gives."""

import re
from pathlib import Path

from domain.approvals import guards
from domain.errors import Problem
from domain.members.saving_rules import SAVING_RULES
from server.error_reference import ROOMS, Told, told_by_code

ROOT = Path(__file__).parents[2]
TOLD = told_by_code()


def test_the_words_of_a_problem_are_both_sentences() -> None:
    problem = guards.STAFF_ROLE_HELD
    assert TOLD[problem.code] == [Told(problem.code, problem.message.chinese, problem.message.english)]


def test_what_a_message_names_is_left_open() -> None:
    assert "The body is larger than … bytes. Send less in one request." in [t.english for t in TOLD["BODY_TOO_LARGE"]]


def test_problems_that_are_data_are_told() -> None:
    data = {value.code for value in vars(guards).values() if isinstance(value, Problem)}
    assert data | {rule.code for rule in SAVING_RULES} <= set(TOLD)


def test_no_problem_of_the_source_is_missing() -> None:
    written = re.compile(r"""Problem\(\s*"([A-Z_]+)",""")
    sources = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    codes = {code for path in sources for code in written.findall(path.read_text(encoding="utf-8"))}
    assert len(codes) > 80
    assert codes - set(TOLD) == set()


def test_words_of_a_protocol_are_in_no_language() -> None:
    assert TOLD["PERSISTED_QUERY_NOT_FOUND"] == [
        Told("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound", "PersistedQueryNotFound")
    ]


def test_each_has_words_in_both_languages() -> None:
    told = [words for found in TOLD.values() for words in found if not words.code.startswith("PERSISTED_QUERY_NOT_")]
    assert [words for words in told if not re.search(r"[\u4e00-\u9fff]", words.chinese)] == []
    assert [words for words in told if not re.search(r"[a-z]{2}", words.english)] == []
