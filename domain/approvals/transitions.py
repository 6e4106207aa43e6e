"""审批流转: from which state a request goes where, and whose step that is. The table is the whole of it."""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple

from domain.codes import RequestState


class Step(Enum):
    """What can be done to a request."""

    APPROVE = auto()
    REJECT = auto()
    WITHDRAW = auto()


class Party(Enum):
    """Who takes a step."""

    DECIDER = auto()
    """Holds the tier, manages the member's organisation or one above it, and did not ask."""

    REQUESTER = auto()
    """The organisation that asked."""


class Transition(NamedTuple):
    to: RequestState
    by: Party


TRANSITIONS: Mapping[tuple[RequestState, Step], Transition] = {
    (RequestState.PENDING, Step.APPROVE): Transition(RequestState.APPROVED, Party.DECIDER),
    (RequestState.PENDING, Step.REJECT): Transition(RequestState.REJECTED, Party.DECIDER),
    (RequestState.PENDING, Step.WITHDRAW): Transition(RequestState.WITHDRAWN, Party.REQUESTER),
}
"""A request that is decided or withdrawn stays so: there is no step from there."""
