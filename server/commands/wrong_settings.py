from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import ValidationError

from server.cli.failing import fail


@contextmanager
def wrong_settings() -> Iterator[None]:
    try:
        yield
    except ValidationError as error:
        wrong = [f"{_variable(problem['loc'])}: {problem['msg']}" for problem in error.errors(include_input=False)]
        raise fail(f"Settings are wrong. {'; '.join(wrong)}. docs/reference/settings.md lists them all.") from None


def _variable(place: tuple[int | str, ...]) -> str:
    name = str(place[0])
    return name if name.isupper() else f"DENGTA_{name.upper()}"
