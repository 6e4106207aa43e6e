"""Who may send other documents where trusted ones alone are run."""

import pytest

from auth.actor import Actor, Role
from domain.codes import OrganizationKind
from domain.records import whole_organization
from server.operations.document_policy import DocumentPolicy
from server.settings import Settings

COUNTY = whole_organization(7, 1, "1/7/", "某县委", OrganizationKind.COUNTY.value, None, False, False)
PERSON, PARTNER = Role.ADMINISTRATOR, Role.PARTNER


@pytest.mark.parametrize(
    ("explorers", "role", "client", "is_bound"),
    [
        ({"dengta-console"}, PERSON, "dengta-console", False),
        ({"dengta-console"}, PERSON, "register-web", True),
        ({"dengta-console"}, PERSON, "", True),  # a trusted issuer's token that names no client
        ({"dengta-console"}, PERSON, None, False),  # an operator's
        ({"dengta-console"}, PARTNER, "p-1", True),
        ({"p-1"}, PARTNER, "p-1", False),
        ({"p-1"}, PARTNER, "p-2", True),
        ({"partners"}, PARTNER, "p-2", False),
        ({"partners"}, PERSON, "register-web", True),
        (set(), PERSON, "dengta-console", True),
    ],
)
def test_trusted_documents_alone_are_for_whoever_does_not_explore(
    explorers: set[str], role: Role, client: str | None, is_bound: bool
) -> None:
    actor = Actor("somebody", role, COUNTY, client=client)
    assert DocumentPolicy(only_trusted=True, explorers=frozenset(explorers)).binds(actor) is is_bound
    assert not DocumentPolicy(explorers=frozenset(explorers)).binds(actor)


def test_lists_in_settings_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_TRUSTED_DOCUMENTS", "old.json, new.json,")
    monkeypatch.setenv("DENGTA_EXPLORERS", "dengta-console,partners")
    settings = Settings()
    assert [str(path) for path in settings.trusted_documents] == ["old.json", "new.json"]
    assert settings.explorers == {"dengta-console", "partners"}
    monkeypatch.setenv("DENGTA_EXPLORERS", "")
    assert Settings().explorers == frozenset()
