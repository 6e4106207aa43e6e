from collections.abc import Callable, Iterator

import pytest

from tests.fuzzing.target import Target, running_target


@pytest.fixture(scope="module")
def target(clone: Callable[[str], str], province_template: str) -> Iterator[Target]:
    with running_target(clone(province_template)) as running:
        yield running
