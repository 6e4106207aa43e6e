"""推送的设置: where webhooks may lie, and how they are delivered."""

import ssl
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode

from domain.webhooks import Destinations, WebhookManners
from domain.webhooks.destinations import Network, network_of
from server.lists import list_of


class WebhookSettingsError(Exception):
    """What the settings say of webhooks cannot be used."""


class WebhookSettings(BaseSettings):
    webhook_networks: Annotated[
        tuple[Network, ...],
        NoDecode,
        BeforeValidator(list_of(network_of, "10.0.0.0/8, 172.16.0.0/12")),
        Field(
            description="Networks, beside the public addresses, into which webhooks of partners may lead, as "
            "`10.0.0.0/8, 172.16.0.0/12`. This server connects to nothing else for a partner, whatever a name is said "
            "to mean."
        ),
    ] = ()
    webhook_ports: Annotated[
        frozenset[int],
        NoDecode,
        BeforeValidator(list_of(int, "443, 8443")),
        Field(description="The ports to which webhooks may lead by https, as `443, 8443`."),
    ] = frozenset({443})
    webhook_plain_hosts: Annotated[
        frozenset[str],
        NoDecode,
        BeforeValidator(list_of(str.lower, "gateway.internal, 10.1.2.3")),
        Field(
            description="Names or addresses of hosts to which webhooks may lead by http too, at any port: for tests, "
            "and for networks that encrypt by themselves. What is sent can be read on the way."
        ),
    ] = frozenset()
    webhook_ca_file: Annotated[
        Path | None,
        Field(
            description="Certificates (PEM) of authorities that partners' hosts are trusted by, beside the system's."
        ),
    ] = None
    webhook_timeout: Annotated[
        float, Field(gt=0, le=120, description="Seconds in which a partner must have begun to answer a request.")
    ] = 15.0
    webhook_batch: Annotated[
        int, Field(ge=1, le=500, description="How many changes one request of a webhook holds at most.")
    ] = 100
    webhook_longest_wait: Annotated[
        float,
        Field(
            gt=0,
            le=86_400,
            description="Seconds between two attempts to deliver at most; the first waits are one second, two, four.",
        ),
    ] = 300.0
    webhook_given_up_hours: Annotated[
        float,
        Field(
            gt=0,
            le=8_760,
            description="Hours without a success after which a webhook is disabled. Fewer than the changes are kept, "
            "so that it can go on where it stands.",
        ),
    ] = 72.0

    @property
    def webhooks(self) -> WebhookManners:
        """WebhookSettingsError when the authorities cannot be read."""
        file = self.webhook_ca_file
        if file is not None:
            _require_certificates(file)
        return WebhookManners(
            destinations=Destinations(self.webhook_networks, self.webhook_ports, self.webhook_plain_hosts),
            batch=self.webhook_batch,
            timeout=self.webhook_timeout,
            longest_wait=self.webhook_longest_wait,
            given_up_after=timedelta(hours=self.webhook_given_up_hours),
            ca_file=None if file is None else str(file),
        )


def _require_certificates(file: Path) -> None:
    try:
        ssl.create_default_context(cafile=str(file))
    except (OSError, ValueError) as error:
        raise WebhookSettingsError(
            f"The file {file} that DENGTA_WEBHOOK_CA_FILE names cannot be used ({type(error).__name__}). It must hold "
            "certificates in PEM."
        ) from error
