import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import SecretStr, ValidationError
from typer.main import get_command

from server.cli import app
from server.secret_values import SecretValueError
from server.settings import Settings

SECRETS = sorted(name for name, field in Settings.model_fields.items() if SecretStr in get_args(field.annotation))
SECRET = "correct-horse-battery"  # noqa: S105 # of nothing


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_PORT", "8123")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/register")
    settings = Settings()
    assert (settings.port, settings.database_address) == (8123, "postgresql://somewhere/register")
    assert settings.address == "http://127.0.0.1:8123"


def test_a_setting_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_PORT", "70000")
    with pytest.raises(ValidationError, match="port"):
        Settings()


def variable(name: str) -> str:
    return str(Settings.model_fields[name].validation_alias or f"DENGTA_{name.upper()}")


def test_whatever_is_called_a_secret_is_one() -> None:
    """But for names of files, and the identifier of a key, which is no secret."""
    named = {
        name for name in Settings.model_fields if re.search("secret|password|database.*_url|replica_url|private", name)
    }
    assert {name for name in named if not name.endswith("_file")} == set(SECRETS)
    assert len(SECRETS) >= 4


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_can_come_from_a_file(name: str) -> None:
    assert variable(f"{name}_file") == f"{variable(name)}_FILE"
    assert Path in get_args(Settings.model_fields[f"{name}_file"].annotation)


@pytest.mark.parametrize("name", SECRETS)
def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    secret = f"postgresql://{SECRET}" if name.endswith("urls") else SECRET
    monkeypatch.setenv(variable(name), secret)
    settings = Settings()
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    assert getattr(settings, name).get_secret_value() == secret


def test_the_address_of_the_database_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "address").write_text("postgresql://somebody:secret@somewhere/register\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/register")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "address"))
    assert Settings().database_address == "postgresql://somebody:secret@somewhere/register"
    (tmp_path / "address").unlink()
    with pytest.raises(SecretValueError, match="DATABASE_URL_FILE"):
        Settings().database_address  # noqa: B018 # it is read each time


def test_a_file_called_env_is_not_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("DENGTA_PORT=8123\n")
    assert Settings().port == 8000


def options(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from parameter.opts
    for below in getattr(command, "commands", {}).values():
        yield from options(below)


def test_no_secret_is_an_option_of_a_command() -> None:
    """Everybody on a machine sees the command lines of all programs."""
    found = list(options(get_command(app)))
    assert "--members" in found
    assert [each for each in found if re.search("secret|password|token|credential|database|url", each)] == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("DENGTA_TRUSTED_PROXIES", "10.0.0.300"),
        ("DENGTA_TRUSTED_PROXIES", "proxy.example"),
        ("DENGTA_ALLOWED_HOSTS", "https://register.example"),
        ("DENGTA_ALLOWED_HOSTS", "register.example:8000"),
        ("DENGTA_CORS_ORIGINS", "https://web.example/"),
        ("DENGTA_CORS_ORIGINS", "*"),
        ("DENGTA_CORS_ORIGINS", "null"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, written: str) -> None:
    monkeypatch.setenv(name, written)
    with pytest.raises(ValidationError, match="it must be a list as"):
        Settings()


def test_addresses_of_replicas_are_those_of_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_REPLICA_URLS", "postgresql://one/register  postgres://two/register")
    assert Settings().replicas.urls == ("postgresql://one/register", "postgres://two/register")
    monkeypatch.setenv("DENGTA_REPLICA_URLS", "postgresql://one/register, http://user:secret@two/register")
    with pytest.raises(ValidationError, match="they must be addresses as"):
        Settings()
