"""严重程度的设置: what DENGTA_SEVERITIES may say, and what is said of it when it is wrong."""

import pytest
from pydantic import ValidationError

from domain.codes import Severity
from domain.validation import AS_SHIPPED
from server.settings import Settings
from tests.commands import run

VARIABLE = "DENGTA_SEVERITIES"


def test_it_changes_the_rules_that_it_names(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = '{"PHONE_INVALID": {"quality": "ERROR"}, "PHOTO_MISSING": {"quality": null, "special": "HINT"}}'
    monkeypatch.setenv(VARIABLE, changes)
    rules = Settings().rules.by_code
    assert (rules["PHONE_INVALID"].quality, rules["PHONE_INVALID"].special) == (Severity.ERROR, None)
    assert (rules["PHOTO_MISSING"].quality, rules["PHOTO_MISSING"].special) == (None, Severity.HINT)
    changed = {"PHONE_INVALID", "PHOTO_MISSING"}
    assert [rule for rule in rules.values() if rule.code not in changed] == [
        rule for rule in AS_SHIPPED.listed if rule.code not in changed
    ]


def test_without_it_the_rules_are_as_they_are_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert Settings().rules == AS_SHIPPED


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("PHONE_INVALID=ERROR", ["no JSON at line 1, column 1", 'write for example {"PHONE_INVALID": {']),
        ("", ["no JSON"]),
        ("[]", ["must be an object"]),
        ('{"PHONE_INVALD": {"quality": "ERROR"}}', ["there is no rule PHONE_INVALD", "did you mean PHONE_INVALID"]),
        ('{"X": {}}', ["there is no rule X", "docs/reference/rules.md"]),
        ('{"PHONE_INVALID": "ERROR"}', ["PHONE_INVALID must be an object"]),
        ('{"PHONE_INVALID": {"severity": "ERROR"}}', ["PHONE_INVALID.severity is unknown; write quality or special"]),
        ('{"PHONE_INVALID": {"quality": "FATAL"}}', ['PHONE_INVALID.quality is "FATAL"; write one of ERROR, WARNING']),
        ('{"PHONE_INVALID": {"quality": []}}', ["PHONE_INVALID.quality is []"]),
        ('{"PHONE_INVALID": {}, "PHONE_INVALID": {}}', ["PHONE_INVALID is there twice"]),
        ('{"X": {}, "PHONE_INVALID": {"quality": 7}}', ["there is no rule X", "PHONE_INVALID.quality is 7"]),
    ],
)
def test_whatever_is_wrong_is_said(monkeypatch: pytest.MonkeyPatch, written: str, said: list[str]) -> None:
    monkeypatch.setenv(VARIABLE, written)
    with pytest.raises(ValidationError) as refused:
        Settings()
    for words in said:
        assert words in str(refused.value)


def test_nothing_starts_while_it_is_wrong() -> None:
    ended = run("serve", **{VARIABLE: '{"PHONE_INVALD": {"quality": "ERROR"}}'})
    assert ended.returncode == 1
    assert f"{VARIABLE}: there is no rule PHONE_INVALD; did you mean PHONE_INVALID" in ended.stderr
    assert "Traceback" not in ended.stderr
