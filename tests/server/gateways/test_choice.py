"""Which gateways there are, by the settings."""

from pathlib import Path

import pytest

from server.gateways import GatewaySettingsError, gateways_of
from server.gateways.inbox import Inbox
from server.gateways.message_gateway import HttpMessageGateway
from server.gateways.population_registry import HttpPopulationRegistry
from server.gateways.population_simulator import SimulatedPopulationRegistry
from server.settings import Settings
from tests.gateway import SECRET, running_gateway


def test_without_a_choice_there_are_none() -> None:
    gateways = gateways_of(Settings())
    assert (gateways.messages, gateways.population_registry) == (None, None)


def test_stand_ins_are_made_of_nothing() -> None:
    gateways = gateways_of(Settings(messages="inbox", population_registry="simulator"))
    assert isinstance(gateways.messages, Inbox)
    assert isinstance(gateways.population_registry, SimulatedPopulationRegistry)


def test_both_over_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_MESSAGES", "gateway")
    monkeypatch.setenv("DENGTA_MESSAGE_GATEWAY_URL", "https://sms.example/messages")
    monkeypatch.setenv("DENGTA_POPULATION_REGISTRY", "http")
    monkeypatch.setenv("DENGTA_POPULATION_REGISTRY_URL", "https://registry.example/verify")
    gateways = gateways_of(Settings())
    assert isinstance(gateways.messages, HttpMessageGateway)
    assert isinstance(gateways.population_registry, HttpPopulationRegistry)


@pytest.mark.parametrize("from_file", [True, False])
async def test_the_secret_comes_from_a_file_or_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, from_file: bool
) -> None:
    async with running_gateway() as server:
        monkeypatch.setenv("DENGTA_POPULATION_REGISTRY", "http")
        monkeypatch.setenv("DENGTA_POPULATION_REGISTRY_URL", server.url)
        monkeypatch.setenv("DENGTA_POPULATION_REGISTRY_SECRET", "another" if from_file else SECRET)
        if from_file:
            (tmp_path / "secret").write_text(SECRET + "\n")
            monkeypatch.setenv("DENGTA_POPULATION_REGISTRY_SECRET_FILE", str(tmp_path / "secret"))
        settings = Settings()
        assert "secret of" not in repr(settings)
        gateways = gateways_of(settings)
        assert gateways.population_registry is not None
        await gateways.population_registry.verify("张三", "1")
        await gateways.close()
        assert server.asked[0].headers["authorization"] == f"Bearer {SECRET}"


def test_a_choice_without_an_address_is_refused() -> None:
    with pytest.raises(GatewaySettingsError, match="DENGTA_MESSAGE_GATEWAY_URL is not set"):
        gateways_of(Settings(messages="gateway"))
