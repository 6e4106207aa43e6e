import pytest

from domain.waiting import growing_wait


@pytest.mark.parametrize(
    ("failures", "longest"), [(1, 1.0), (2, 2.0), (5, 16.0), (9, 256.0), (10, 300.0), (10_000, 300.0)]
)
def test_waits_double_up_to_the_longest_and_differ(failures: int, longest: float) -> None:
    waits = [growing_wait(failures, longest=300.0) for _ in range(200)]
    assert all(longest / 2 <= wait <= longest for wait in waits)
    assert len(set(waits)) > 100, "those who failed together do not come back together"


def test_the_first_wait_can_be_short() -> None:
    assert 0.1 <= growing_wait(1, first=0.2, longest=1.0) <= 0.2
