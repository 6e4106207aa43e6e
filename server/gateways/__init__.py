"""适配器: who does for this server what the ports of `domain/ports.py` say, as the settings choose."""

from dataclasses import dataclass

from pydantic import HttpUrl

from domain.ports import MessageGateway, PopulationRegistry
from server.gateways.http_calls import HttpPort
from server.gateways.inbox import Inbox
from server.gateways.message_gateway import HttpMessageGateway
from server.gateways.population_registry import HttpPopulationRegistry
from server.gateways.population_simulator import SimulatedPopulationRegistry
from server.secret_values import secret_value
from server.settings import Settings

_REGISTRY_AT_ONCE = 20


class GatewaySettingsError(Exception):
    """What the settings say of a gateway is not enough to reach it."""


@dataclass(frozen=True, slots=True)
class Gateways:
    """Those that there are."""

    messages: MessageGateway | None = None
    population_registry: PopulationRegistry | None = None

    async def close(self) -> None:
        for gateway in (self.messages, self.population_registry):
            if gateway is not None:
                await gateway.close()


def gateways_of(settings: Settings) -> Gateways:
    """GatewaySettingsError when one that is chosen cannot be made."""
    return Gateways(_message_gateway(settings), _population_registry(settings))


def _message_gateway(settings: Settings) -> MessageGateway | None:
    if settings.messages == "off":
        return None
    if settings.messages == "inbox":
        return Inbox()
    url = _required(settings.message_gateway_url, "DENGTA_MESSAGES", "DENGTA_MESSAGE_GATEWAY_URL")
    secret = secret_value(
        settings.message_gateway_secret, settings.message_gateway_secret_file, "DENGTA_MESSAGE_GATEWAY_SECRET_FILE"
    )
    timeout, at_once = settings.message_gateway_timeout, settings.messages_at_once
    return HttpMessageGateway(HttpPort(url, secret, timeout=timeout, at_once=at_once))


def _population_registry(settings: Settings) -> PopulationRegistry | None:
    if settings.population_registry == "off":
        return None
    if settings.population_registry == "simulator":
        return SimulatedPopulationRegistry()
    url = _required(settings.population_registry_url, "DENGTA_POPULATION_REGISTRY", "DENGTA_POPULATION_REGISTRY_URL")
    secret = secret_value(
        settings.population_registry_secret,
        settings.population_registry_secret_file,
        "DENGTA_POPULATION_REGISTRY_SECRET_FILE",
    )
    timeout = settings.population_registry_timeout
    return HttpPopulationRegistry(HttpPort(url, secret, timeout=timeout, at_once=_REGISTRY_AT_ONCE))


def _required(url: HttpUrl | None, chosen_by: str, variable: str) -> str:
    if url is None:
        raise GatewaySettingsError(
            f"{chosen_by} chooses HTTP, but {variable} is not set. Set it to the address to call."
        )
    return str(url)
