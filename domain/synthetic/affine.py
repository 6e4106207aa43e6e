from functools import cache
from math import gcd


@cache
def _factor(size: int) -> int:
    """Prime to the size, and near its golden section, which puts neighbours far apart."""
    factor = max(1, int(size * 0.6180339887))
    while gcd(factor, size) != 1:
        factor += 1
    return factor


def shuffled(place: int, size: int) -> int:
    """Where a place of 0 … size - 1 goes in a shuffle of them all; no two go to the same."""
    return (_factor(size) * place + size // 3) % size
