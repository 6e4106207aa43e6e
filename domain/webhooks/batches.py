from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from domain.changes import ChangeRecord, Followed
from domain.codes import WebhookError


class Place(NamedTuple):
    """A position in the order of changes, and the path that the webhook's organisation has there."""

    position: int
    path: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that are told together. `ends` where the last was looked at, told or not."""

    told: tuple[ChangeRecord, ...]
    ends: Place


class Failure(NamedTuple):
    """An attempt that failed; it is repeated after a while."""

    error: WebhookError
    status: int | None
    again_in: timedelta


class Stop(NamedTuple):
    """Why there are no more attempts. `fields` are those that the partner may not see."""

    error: WebhookError
    status: int | None = None
    fields: tuple[str, ...] = ()


def batch_of(
    changes: Sequence[ChangeRecord], followed: Followed, scope: str, *, most: int, end: int | None = None
) -> Batch:
    """The first `most` of the changes that are followed and lie within the scope; up to `end` if a batch was begun that
    ends there. There must be one change."""
    told: list[ChangeRecord] = []
    last = changes[0].position - 1
    for change in changes:
        if len(told) == most or (end is not None and change.position > end):
            break
        if followed.has(change) and change.lies_within(scope):
            told.append(change)
        followed = followed.moved_along(change)
        last = change.position
    return Batch(tuple(told), Place(last, followed.path))
