"""Whether what lies outside is reached: gateways by a connection, the file store by a small file."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from secrets import token_bytes

from pydantic import HttpUrl

from auth.secret_files import SecretFileError, secret_at
from auth.signing_keys import SigningKeyError, signing_keys_at
from files.store import FileStore, FileStoreUnavailableError
from server.doctor.findings import Examination, Finding, problem
from server.file_store import FileStoreSettingsError, file_store_of
from server.gateways import GatewaySettingsError, gateways_of
from server.settings import Settings
from server.webhooks.settings import WebhookSettingsError

_PATIENCE = 5.0
"""Seconds for each."""

_UNUSABLE = (GatewaySettingsError, FileStoreSettingsError, SecretFileError, SigningKeyError, WebhookSettingsError)


async def reached(settings: Settings) -> Examination:
    findings = list(_settings_that_do_not_fit(settings))
    addresses = _addresses(settings)
    for name, url in addresses.items():
        if not await _connects(url):
            findings.append(_unreached(name, url))
    if not findings or all(finding.code != "SETTING_UNUSABLE" for finding in findings):
        findings += [finding async for finding in _store(file_store_of(settings))]
    return Examination(2 + len(addresses), findings)


def _settings_that_do_not_fit(settings: Settings) -> Iterator[Finding]:
    """What would keep a server from starting; what it would make is not made."""
    tries: list[Callable[[], object]] = [
        lambda: gateways_of(settings),
        lambda: settings.webhooks,
        lambda: file_store_of(settings),
    ]
    if settings.secret.exists():
        tries.append(lambda: secret_at(settings.secret, "DENGTA_SECRET_FILE"))
    if settings.signing_key.exists():
        tries.append(lambda: signing_keys_at(settings.signing_key))
    for attempt in tries:
        try:
            attempt()
        except _UNUSABLE as error:
            yield problem("SETTING_UNUSABLE", "the settings", str(error), "As it says; then ask again.")


def _addresses(settings: Settings) -> dict[str, HttpUrl]:
    chosen = {
        "DENGTA_MESSAGE_GATEWAY_URL": settings.message_gateway_url if settings.messages == "gateway" else None,
        "DENGTA_POPULATION_REGISTRY_URL": (
            settings.population_registry_url if settings.population_registry == "http" else None
        ),
        "DENGTA_ISSUER": None if settings.trusted_issuer is None else HttpUrl(settings.trusted_issuer),
    }
    return {name: url for name, url in chosen.items() if url is not None}


async def _connects(url: HttpUrl) -> bool:
    """A connection alone, with its handshake: nothing is asked."""
    tls = ssl.create_default_context() if url.scheme == "https" else None
    try:
        async with asyncio.timeout(_PATIENCE):
            _, writer = await asyncio.open_connection(url.host, url.port, ssl=tls)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return True


def _unreached(name: str, url: HttpUrl) -> Finding:
    return problem(
        "NOT_REACHED",
        name,
        f"{url.host}:{url.port} takes no connection within {_PATIENCE:.0f} seconds, or has no good certificate.",
        "See that it runs, that its name resolves here, and that no firewall is between.",
    )


async def _store(store: FileStore) -> AsyncIterator[Finding]:
    content = token_bytes(16)
    try:
        key = await store.put(content)
        try:
            found = await store.get(key)
            read = b"" if found is None else b"".join([chunk async for chunk in found.chunks])
        finally:
            await store.delete(key)
    except FileStoreUnavailableError as error:
        yield problem(
            "FILE_STORE_UNAVAILABLE",
            "DENGTA_FILE_STORE",
            f"A small file could not be written, read and removed there ({error}).",
            "See that the folder or bucket is there, and that this user may write to it.",
        )
        return
    if read != content:
        yield problem(
            "FILE_STORE_WRONG", "DENGTA_FILE_STORE", "What was written was not what was read.", "Look at the store."
        )
