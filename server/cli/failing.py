"""Errors on the command line: one clear line that says what is wrong and how to mend it, and no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from server.settings import Settings

WRONG = 1
"""Something is wrong with what was asked for, or was found to be."""

INTERRUPTED = 130
"""By Ctrl-C: 128 and the number of SIGINT, as shells have it."""

OWN_FAULT = 70
"""EX_SOFTWARE of sysexits.h."""


def fail(message: str, code: int = WRONG) -> typer.Exit:
    """To be raised: says the message on standard error."""
    typer.secho(f"dengta: {message}", fg=typer.colors.RED, err=True)
    return typer.Exit(code)


def settings_from_environment(**options: object) -> "Settings":
    """Or one line that says which variables are wrong, and how; their values are not repeated: one holds a password.

    `options`, as far as they are given, go before the environment.
    """
    from server.commands.wrong_settings import wrong_settings
    from server.settings import Settings

    with wrong_settings():
        return Settings().model_copy(update={name: value for name, value in options.items() if value is not None})


@contextmanager
def clear_errors() -> Iterator[None]:
    """What can go wrong around a command, said in one line."""
    try:
        yield
    except (typer.Exit, typer.Abort, typer.BadParameter):
        raise
    except KeyboardInterrupt as error:
        raise fail("stopped.", INTERRUPTED) from error
    except Exception as error:
        from server.commands.expected_errors import sentence_about

        sentence = sentence_about(error)
        if sentence is None:
            raise
        raise fail(sentence) from error


def own_fault(error: Exception) -> int:
    """Says where an error that nobody expected came from, and gives the exit code.

    Its message is left out: a driver's may quote the row it was about.
    """
    import traceback

    frames = traceback.extract_tb(error.__traceback__)[-4:]
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames))
    sentence = f"this should not have happened: {type(error).__name__} at {places}. Report it with this line."
    return fail(sentence, OWN_FAULT).exit_code
