"""Before anything is timed: all contenders give the same answers."""

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from benchmarks.execution.load import WrongAnswerError, answer_to
from benchmarks.execution.processes import Running
from benchmarks.execution.queries import Query


class UnequalAnswersError(Exception):
    """A contender answers otherwise than the first, so that a comparison would say nothing."""


Bodies = dict[tuple[str, str], bytes]
"""(query, contender) → the body of its answer."""


async def verified_bodies(contenders: Sequence[Running], queries: Sequence[Query]) -> Bodies:
    """UnequalAnswersError says where two answers differ."""
    bodies: Bodies = {}
    for query in queries:
        for each in (each for each in contenders if each.contender.answers(query)):
            body = await _answer(query, each)
            bodies[query.name, each.contender.name] = body
            _require_equal(query, each, bodies[query.name, contenders[0].contender.name], body)
    return bodies


async def _answer(query: Query, each: Running) -> bytes:
    try:
        return await answer_to(each.port, each.contender.request(query))
    except WrongAnswerError as error:
        raise UnequalAnswersError(f"{query.name}, {each.contender.name}: {error}") from error


def _require_equal(query: Query, each: Running, first: bytes, body: bytes) -> None:
    seen = comparable if each.contender.own_words is None else shape
    expected, found = orjson.loads(first), orjson.loads(body)
    if "errors" in found:
        raise UnequalAnswersError(f"{query.name}, {each.contender.name}: {found['errors']}")
    where = next(differences(seen(expected), seen(found)), None)
    if where is not None:
        raise UnequalAnswersError(f"{query.name}, {each.contender.name}: {where}")


def comparable(answer: Any) -> Any:
    """The answer with only the presence of cursors: their content is each server's own."""
    if isinstance(answer, dict):
        return {key: bool(value) if key == "endCursor" else comparable(value) for key, value in answer.items()}
    return [comparable(value) for value in answer] if isinstance(answer, list) else answer


def shape(answer: Any) -> Any:
    """The answer without its values: a schema of its own has an order of its own, so that it lists other members."""
    if isinstance(answer, dict):
        return {key: shape(value) for key, value in answer.items()}
    return [shape(value) for value in answer] if isinstance(answer, list) else None


def differences(expected: Any, found: Any, path: str = "") -> Iterator[str]:
    """Where two answers differ, and how."""
    if isinstance(expected, dict) and isinstance(found, dict) and expected.keys() == found.keys():
        for key in expected:
            yield from differences(expected[key], found[key], f"{path}.{key}")
    elif isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        for index, (one, other) in enumerate(zip(expected, found, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif expected != found:
        yield f"{path}: {str(expected)[:200]} is not {str(found)[:200]}"
