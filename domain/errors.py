"""Errors with two audiences: what a caller can mend is data; the rest is raised, logged and masked."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence in both languages of the callers."""

    chinese: str
    english: str

    def in_language(self, language: str) -> str:
        return self.chinese if language == "zh" else self.english


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the caller can mend: a code that never changes, where it is, and what to do about it."""

    code: str
    message: Message
    path: tuple[str | int, ...] = ()


class CallerError(Exception):
    """A request that cannot be answered as it stands; what it says is meant for the caller.

    `extensions` go beside `code` into the GraphQL error. They hold names of the schema, never values of records.
    """

    def __init__(self, problem: Problem, **extensions: object) -> None:
        super().__init__(problem.message.english)
        self.problem = problem
        self.extensions = extensions


class RefusedError(Exception):
    """A change that cannot be made as it was asked for: all that is wrong with it at once. Nothing has been saved."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


def bad_input(chinese: str, english: str, path: tuple[str | int, ...] = ()) -> CallerError:
    """The value at `path` of the arguments cannot be taken as it is."""
    return CallerError(Problem("BAD_USER_INPUT", Message(chinese, english), path))


def not_found(chinese: str, english: str, path: tuple[str | int, ...] = ()) -> CallerError:
    """What does not exist, or lies outside the caller's scope: the two cannot be told apart."""
    return CallerError(Problem("NOT_FOUND", Message(chinese, english), path))
