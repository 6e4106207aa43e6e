import pytest
from pydantic import ValidationError

from auth.actor import Role
from server.operations.limits.bounds import CostBounds, DocumentBounds, Limits
from server.settings import Settings


def test_without_settings_the_limits_are_the_defaults() -> None:
    assert Settings().limits == Limits()


def test_every_limit_has_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = {
        "DOCUMENT_CHARACTERS": 1_001, "DOCUMENT_TOKENS": 102, "DOCUMENT_DEFINITIONS": 3, "DOCUMENT_SELECTIONS": 4,
        "DOCUMENT_DEPTH": 5, "DOCUMENT_ALIASES": 6, "DOCUMENT_ROOT_FIELDS": 7, "DOCUMENT_DIRECTIVES": 8,
        "REQUEST_LIST_ITEMS": 9, "OPERATION_COST": 110, "PERSON_COST_PER_MINUTE": 111,
        "PARTNER_COST_PER_MINUTE": 112, "OPERATOR_COST_PER_MINUTE": 113,
    }  # fmt: skip
    for name, value in settings.items():
        monkeypatch.setenv(f"DENGTA_{name}", str(value))
    monkeypatch.setenv("DENGTA_INTROSPECTION", "PARTNER, AUDITOR")
    assert Settings().limits == Limits(
        DocumentBounds(1_001, 102, 3, 4, 5, 6, 7, 8, 9),
        CostBounds(110, 111, 112, 113),
        frozenset({Role.PARTNER, Role.AUDITOR}),
    )


def test_nobody_may_introspect_when_it_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_INTROSPECTION", "")
    assert Settings().limits.introspectors == frozenset()


def test_what_one_operation_may_cost_must_be_possible_to_pay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_PERSON_COST_PER_MINUTE", "199999")
    with pytest.raises(ValidationError, match="DENGTA_OPERATION_COST \\(200000\\)"):
        Settings()
    monkeypatch.setenv("DENGTA_PERSON_COST_PER_MINUTE", "0")
    assert Settings().limits.costs.person == 0


def test_an_unknown_role_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_INTROSPECTION", "EVERYBODY")
    with pytest.raises(ValidationError, match="introspection"):
        Settings()
