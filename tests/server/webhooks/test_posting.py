"""推送请求: to the address that was checked and nowhere else, by a certificate that is the name's."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from domain.clock import system_clock
from domain.codes import WebhookError
from domain.webhooks import Destinations, WebhookManners
from server.webhooks.addresses import LookUp, UnreachedError, looked_up
from server.webhooks.posting import Reply, WebhookPost
from tests.gateway import Gateway, answering_as, answers

LOCAL = Destinations(networks=(ip_network("127.0.0.0/8"),))
NAME = "partner.example"


def always(*addresses: str) -> LookUp:
    async def look_up(_host: str, _port: int) -> list[str]:
        return list(addresses)

    return look_up


async def posted(address: str, manners: WebhookManners, look_up: LookUp = looked_up) -> Reply | WebhookError:
    post = WebhookPost(replace(manners, timeout=2.0), system_clock, look_up)
    try:
        return await post.post(address, {"Idempotency-Key": "-"}, b'{"text": "-"}')
    except UnreachedError as error:
        return error.error
    finally:
        await post.close()


def certificate(folder: Path, name: x509.GeneralName) -> tuple[Path, ssl.SSLContext]:
    """An authority of its own, and a server's context with a certificate for the name."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "certificate.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return public, context


@asynccontextmanager
async def encrypted(folder: Path, name: x509.GeneralName) -> AsyncIterator[tuple[Gateway, WebhookManners]]:
    """A server, and manners that trust its authority."""
    authority, context = certificate(folder, name)
    async with answering_as(Gateway(), certificate=context) as gateway:
        yield gateway, WebhookManners(LOCAL, ca_file=str(authority))


@pytest.fixture
async def listening() -> AsyncIterator[Gateway]:
    """What must not be reached."""
    async with answering_as(Gateway()) as gateway:
        yield gateway


async def test_the_certificate_must_be_the_names_though_the_address_is_connected_to(tmp_path: Path) -> None:
    async with encrypted(tmp_path, x509.DNSName(NAME)) as (gateway, manners):
        port = gateway.url.rpartition(":")[2].partition("/")[0]
        address = f"https://{NAME}:{port}/hook?x=1"
        assert await posted(address, manners, always("127.0.0.1")) == Reply(200, None)
        [asked] = gateway.asked
        assert asked.headers["host"] == f"{NAME}:{port}"
        other = f"https://other.example:{port}/"
        assert await posted(other, manners, always("127.0.0.1")) is WebhookError.CERTIFICATE_REFUSED
        untrusting = replace(manners, ca_file=None)
        assert await posted(address, untrusting, always("127.0.0.1")) is WebhookError.CERTIFICATE_REFUSED
        assert await posted(f"https://127.0.0.1:{port}/", manners) is WebhookError.CERTIFICATE_REFUSED
    assert len(gateway.asked) == 1


async def test_an_address_may_have_a_certificate_too(tmp_path: Path) -> None:
    async with encrypted(tmp_path, x509.IPAddress(ip_address("127.0.0.1"))) as (gateway, manners):
        assert await posted(gateway.url, manners) == Reply(200, None)


REFUSED = [
    "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8",  # noqa: S104 # to be refused
    "192.88.99.1", "198.18.0.1", "203.0.113.7", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::127.0.0.1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b:1::1", "2001::1", "2002:7f00:1::1",
    "2001:db8::1", "3fff::1", "fc00::1", "fd12::1", "fe80::1", "fe80::1%lo", "fec0::1", "ff02::1", "no address",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
async def test_what_a_name_means_within_our_own_network_is_not_connected_to(listening: Gateway, address: str) -> None:
    port = listening.url.rpartition(":")[2].partition("/")[0]
    told = await posted(f"http://{NAME}:{port}/", WebhookManners(), always(address))
    assert told is WebhookError.ADDRESS_REFUSED
    assert listening.asked == []


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]"])
async def test_all_that_the_system_takes_for_loopback_is_refused(listening: Gateway, host: str) -> None:
    port = listening.url.rpartition(":")[2].partition("/")[0]
    assert await posted(f"http://{host}:{port}/", WebhookManners()) is WebhookError.ADDRESS_REFUSED
    assert listening.asked == []


async def test_public_addresses_are_good_and_a_named_network_is() -> None:
    for address in ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"):
        assert Destinations().permits(address), address
    private = Destinations(networks=(ip_network("10.20.0.0/16"), ip_network("fd00::/8")))
    assert [
        private.permits(each) for each in ("10.20.1.1", "::ffff:10.20.1.1", "10.21.1.1", "fd00::1", "127.0.0.1")
    ] == [
        True,
        True,
        False,
        True,
        False,
    ]


async def test_a_name_that_means_another_address_a_moment_later_gains_nothing(listening: Gateway) -> None:
    """It is looked up once, and connected to is what was looked up."""
    answers_of_the_name: Iterator[str] = iter(["127.0.0.1", "127.0.0.2", "127.0.0.3"])
    looks = 0

    async def rebinding(_host: str, _port: int) -> list[str]:
        nonlocal looks
        looks += 1
        return [next(answers_of_the_name)]

    permitted = Destinations(networks=(ip_network("127.0.0.1/32"),))
    port = listening.url.rpartition(":")[2].partition("/")[0]
    assert await posted(f"http://{NAME}:{port}/", WebhookManners(permitted), rebinding) == Reply(200, None)
    assert (looks, len(listening.asked)) == (1, 1)
    assert await posted(f"http://{NAME}:{port}/", WebhookManners(permitted), rebinding) is WebhookError.ADDRESS_REFUSED
    assert (looks, len(listening.asked)) == (2, 1)


async def test_of_several_addresses_those_that_are_permitted_are_tried(listening: Gateway) -> None:
    port = listening.url.rpartition(":")[2].partition("/")[0]
    several = always("10.0.0.1", "127.0.0.9", "127.0.0.1")  # at 127.0.0.9 nobody listens
    assert await posted(f"http://{NAME}:{port}/", WebhookManners(LOCAL), several) == Reply(200, None)


async def test_a_name_that_there_is_not_is_said() -> None:
    async def nothing(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    assert await posted(f"https://{NAME}/", WebhookManners(), nothing) is WebhookError.HOST_NOT_FOUND
    assert await posted(f"https://{'a' * 64}.example/", WebhookManners()) is WebhookError.HOST_NOT_FOUND


async def test_redirects_are_not_followed_and_proxies_not_asked(
    listening: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering_as(Gateway()) as partner:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, listening.url)
        partner.behaves.append(answers(307, location=listening.url))
        assert await posted(partner.url, WebhookManners(LOCAL)) == Reply(307, None)
    assert (len(partner.asked), listening.asked) == (1, [])


async def test_who_never_takes_the_connection_up_is_given_up_in_time() -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.get_running_loop().create_future()
        return []

    began = asyncio.get_running_loop().time()
    assert await posted(f"https://{NAME}/", WebhookManners(), never) is WebhookError.TIMEOUT
    assert asyncio.get_running_loop().time() - began < 5
