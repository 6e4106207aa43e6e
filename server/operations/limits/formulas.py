"""算式: what an operation costs, as a sum of which only what depends on variables is left to be worked out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Factor = Callable[[Mapping[str, Any]], int]
"""How often something counts, by the values of variables as they came."""


@dataclass(frozen=True, slots=True)
class Formula:
    fixed: int = 0
    parts: tuple[tuple[Factor, "Formula"], ...] = ()

    def of(self, variables: Mapping[str, Any]) -> int:
        found = self.fixed
        for factor, part in self.parts:
            found += factor(variables) * (part.of(variables) if part.parts else part.fixed)
        return found

    def and_also(self, other: "Formula") -> "Formula":
        return Formula(self.fixed + other.fixed, self.parts + other.parts)

    def times(self, factor: int | Factor) -> "Formula":
        if isinstance(factor, int):
            return Formula(self.fixed * factor, tuple((_product(factor, each), part) for each, part in self.parts))
        return Formula(0, ((factor, self),))


def _product(number: int, factor: Factor) -> Factor:
    return lambda variables: number * factor(variables)
