"""全国人口信息库 over HTTP. `docs/messages.md` says what is sent and which answers are understood."""

import asyncio

from orjson import JSONDecodeError, loads

from domain.codes import RealNameVerdict
from domain.waiting import growing_wait
from server.gateways.circuit import Circuit
from server.gateways.http_calls import HttpAnswer, HttpPort, NoAnswerError
from server.log import log

_TRIES = 2
_VERDICTS = {verdict.value: verdict for verdict in RealNameVerdict if verdict != RealNameVerdict.UNAVAILABLE}


class HttpPopulationRegistry:
    """Somebody waits for the verdict: it is asked twice at most, and not at all while it is known to be down."""

    def __init__(self, port: HttpPort, circuit: Circuit | None = None) -> None:
        self._port = port
        self._circuit = circuit or Circuit()

    async def verify(self, name: str, identity_number: str) -> RealNameVerdict:
        if not self._circuit.lets_through():
            return _unavailable("CIRCUIT_OPEN")
        answer = await self._answer({"name": name, "identityNumber": identity_number})
        if isinstance(answer, str):
            self._circuit.failed()
            return _unavailable(answer)
        self._circuit.succeeded()
        return _verdict_in(answer)

    async def _answer(self, question: dict[str, str]) -> HttpAnswer | str:
        """Or the code of the reason why there is none, after all tries."""
        reason = ""
        for tried in range(_TRIES):
            if tried:
                await asyncio.sleep(growing_wait(tried, first=0.2, longest=1.0))
            try:
                answer = await self._port.post(question)
            except NoAnswerError as error:
                reason = error.reason
                continue
            if not answer.may_succeed_later:
                return answer
            reason = f"HTTP_{answer.status}"
        return reason

    async def close(self) -> None:
        await self._port.close()


def _verdict_in(answer: HttpAnswer) -> RealNameVerdict:
    if not answer.succeeded:
        return _unavailable(f"HTTP_{answer.status}")
    try:
        return _VERDICTS[loads(answer.content)["result"]]
    except (JSONDecodeError, KeyError, TypeError):
        return _unavailable("ANSWER_NOT_UNDERSTOOD")


def _unavailable(reason: str) -> RealNameVerdict:
    log().warning("population_registry_unavailable", reason=reason)
    return RealNameVerdict.UNAVAILABLE
