from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Generic, TypeVar

from domain.codes import CodeList

Value = TypeVar("Value")
Code = TypeVar("Code", bound=CodeList)


class Weighted(Generic[Value]):
    """Values and how often each is to come; quicker than `Random.choices`, which would add the weights up each time."""

    def __init__(self, *values: tuple[Value, float]) -> None:
        self._values = [value for value, _ in values]
        self._bounds = list(accumulate(weight for _, weight in values))

    def pick(self, random: Random) -> Value:
        return self._values[bisect(self._bounds, random.random() * self._bounds[-1], hi=len(self._values) - 1)]


def weighted(codes: type[Code], **weights: float) -> Weighted[Code]:
    return Weighted(*((codes[name], weight) for name, weight in weights.items()))


def one_of(values: Sequence[Value], random: Random) -> Value:
    return values[int(random.random() * len(values))]


def between(first: int, last: int, random: Random) -> int:
    """A whole number from `first` to `last`, both included."""
    return first + int(random.random() * (last - first + 1))
