"""How long one waits before another try."""

from random import uniform


def growing_wait(failures: int, *, first: float = 1.0, longest: float) -> float:
    """Seconds after so many failures: doubled each time up to the longest, and each less by up to a half, by chance, so
    that those who failed together do not come back together."""
    doubled = first * 2.0 ** min(failures - 1, 30)
    return min(longest, doubled) * uniform(0.5, 1.0)  # noqa: S311 # no secret
