"""The population registry, at a server that does its worst; and the simulator that stands in for it."""

from collections.abc import AsyncIterator

import pytest
import structlog

from domain.codes import RealNameVerdict
from domain.identity_numbers import check_character
from server.gateways.circuit import Circuit
from server.gateways.http_calls import HttpPort
from server.gateways.population_registry import HttpPopulationRegistry
from server.gateways.population_simulator import SimulatedPopulationRegistry
from tests.gateway import SECRET, Behaviour, Gateway, answers, hangs, hangs_up, running_gateway, says, trickles

NAME, NUMBER = "张建国", "370102196001011234"
MATCHES = answers(200, body='{"result": "MATCH"}')


@pytest.fixture
async def server() -> AsyncIterator[Gateway]:
    async with running_gateway() as server:
        yield server


@pytest.fixture
async def registry(server: Gateway) -> AsyncIterator[HttpPopulationRegistry]:
    registry = HttpPopulationRegistry(
        HttpPort(server.url, SECRET, timeout=0.3, at_once=4), Circuit(failures=2, rest=60)
    )
    yield registry
    await registry.close()


@pytest.mark.parametrize("verdict", ["MATCH", "MISMATCH", "UNKNOWN_PERSON"])
async def test_a_verdict(registry: HttpPopulationRegistry, server: Gateway, verdict: str) -> None:
    server.behaves.append(answers(200, body=f'{{"result": "{verdict}"}}'))
    assert await registry.verify(NAME, NUMBER) == RealNameVerdict[verdict]
    [asked] = server.asked
    assert asked.body == {"name": NAME, "identityNumber": NUMBER}
    assert asked.headers["authorization"] == f"Bearer {SECRET}"


FAILS_FOR_A_WHILE = [answers(500), answers(429), hangs(), trickles(), hangs_up(), says(b"not HTTP\r\n\r\n")]


@pytest.mark.parametrize("behaviour", FAILS_FOR_A_WHILE)
async def test_a_failure_is_tried_once_more(
    registry: HttpPopulationRegistry, server: Gateway, behaviour: Behaviour
) -> None:
    server.behaves.extend([behaviour, MATCHES])
    assert await registry.verify(NAME, NUMBER) == RealNameVerdict.MATCH
    assert len(server.asked) == 2


@pytest.mark.parametrize("behaviour", FAILS_FOR_A_WHILE)
async def test_two_failures_are_no_verdict(
    registry: HttpPopulationRegistry, server: Gateway, behaviour: Behaviour
) -> None:
    server.behaves.extend([behaviour, behaviour, MATCHES])
    assert await registry.verify(NAME, NUMBER) == RealNameVerdict.UNAVAILABLE
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "behaviour",
    [
        answers(400),
        answers(401),
        answers(302, location="/elsewhere"),
        answers(200, body=""),
        answers(200, body="[]"),
        answers(200, body='{"result": "PERHAPS"}'),
        answers(200, body='{"result": "UNAVAILABLE"}'),
        answers(200, body='{"result": ["MATCH"]}'),
        answers(200, body='{"verdict": "MATCH"}'),
    ],
)
async def test_an_answer_that_is_not_understood_is_no_verdict(
    registry: HttpPopulationRegistry, server: Gateway, behaviour: Behaviour
) -> None:
    server.behaves.extend([behaviour, MATCHES])
    assert await registry.verify(NAME, NUMBER) == RealNameVerdict.UNAVAILABLE
    assert len(server.asked) == 1, "to ask again would give the same"


async def test_a_registry_that_is_down_is_left_alone_for_a_while(
    registry: HttpPopulationRegistry, server: Gateway
) -> None:
    server.behaves.extend([answers(503)] * 4)
    verdicts = [await registry.verify(NAME, NUMBER) for _ in range(4)]
    assert verdicts == [RealNameVerdict.UNAVAILABLE] * 4
    assert len(server.asked) == 4, "two tries for each of the first two"


async def test_nobody_is_named_in_the_log(registry: HttpPopulationRegistry, server: Gateway) -> None:
    server.behaves.extend([answers(400, body=NAME + NUMBER), answers(503), answers(503)])
    with structlog.testing.capture_logs() as lines:
        for _ in range(2):
            await registry.verify(NAME, NUMBER)
    assert lines == [
        {"event": "population_registry_unavailable", "reason": reason, "log_level": "warning"}
        for reason in ("HTTP_400", "HTTP_503")
    ]


def numbers_by_check_character() -> dict[str, str]:
    found: dict[str, str] = {}
    for sequence in range(1000):
        first = f"37010219600101{sequence:03}"
        found.setdefault(check_character(first), first + check_character(first))
    return found


@pytest.mark.parametrize(
    ("last", "verdict"),
    [
        *((str(digit), RealNameVerdict.MATCH) for digit in range(8)),
        ("8", RealNameVerdict.MISMATCH),
        ("9", RealNameVerdict.UNKNOWN_PERSON),
        ("X", RealNameVerdict.UNAVAILABLE),
    ],
)
async def test_the_simulator_goes_by_the_last_character(last: str, verdict: RealNameVerdict) -> None:
    simulator = SimulatedPopulationRegistry()
    number = numbers_by_check_character()[last]
    assert [await simulator.verify(name, number) for name in (NAME, "李四", NAME)] == [verdict] * 3


async def test_to_the_simulator_a_malformed_number_is_nobodys() -> None:
    valid = numbers_by_check_character()["1"]
    malformed = ["", valid[:-1], valid[:-1] + "2", valid.replace("1960", "1999"), valid + "1"]
    simulator = SimulatedPopulationRegistry()
    assert {await simulator.verify(NAME, number) for number in malformed} == {RealNameVerdict.UNKNOWN_PERSON}
