"""How long is fuzzed, from which seed on, and what is said when something was found."""

import os
from collections.abc import Callable
from itertools import count
from time import monotonic

import hypothesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("DENGTA_FUZZ_SECONDS", "40"))
"""For all of tests/fuzzing together."""

SEED = int(os.environ.get("DENGTA_FUZZ_SEED", "0"))
"""The same is tried each time, as far as the time goes; `make fuzz` starts from another one each time."""

SMALLER = "DENGTA_FUZZ_SMALLER" in os.environ
"""Whether what was found is made as small as can be, which takes minutes."""

AT_A_TIME = 5
"""Examples by one seed; the time is looked at after them."""

_settings = settings(
    max_examples=AT_A_TIME,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink] if SMALLER else [Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)


def fuzz(attempt: Callable[[st.DataObject], None], share: float) -> int:
    """For `share` of the time; how many seeds were tried. What is raised says how to have it again."""
    until = monotonic() + SECONDS * share
    tried = 0
    for seed in count(SEED):
        try:
            hypothesis.seed(seed)(_settings(given(st.data())(attempt)))()
        except BaseException as error:
            error.add_note(f"Again, and smaller: DENGTA_FUZZ_SEED={seed} make fuzz")
            raise
        tried += 1
        if monotonic() > until:
            break
    return tried
