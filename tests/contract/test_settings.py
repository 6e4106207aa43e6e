import pytest
from pydantic import ValidationError

from server.settings import Settings


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_PORT", "8123")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/register")
    settings = Settings()
    assert (settings.port, settings.database_url) == (8123, "postgresql://somewhere/register")
    assert settings.address == "http://127.0.0.1:8123"


def test_a_setting_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_PORT", "70000")
    with pytest.raises(ValidationError, match="port"):
        Settings()


def test_addresses_of_replicas_are_those_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_REPLICA_URLS", "postgresql://one/register  postgres://two/register")
    assert Settings().replicas.urls == ("postgresql://one/register", "postgres://two/register")
    monkeypatch.setenv("DENGTA_REPLICA_URLS", "postgresql://one/register, http://user:secret@two/register")
    with pytest.raises(ValidationError, match="they must be addresses as"):
        Settings()
