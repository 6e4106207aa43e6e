from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings

from server.operations.places import PlaceBounds
from server.operations.running import LONGEST_OPERATION
from server.request_bounds import RequestBounds

_BOUNDS, _REQUESTS = PlaceBounds(), RequestBounds()


class LoadSettings(BaseSettings):
    """The part of `Settings` that says how much is taken on at a time, and how long it may take: `docs/overload.md`."""

    operations_at_once: Annotated[
        int, Field(ge=1, le=10_000, description="How many queries and mutations one process runs at a time.")
    ] = _BOUNDS.at_once
    operations_per_caller: Annotated[
        int, Field(ge=1, le=10_000, description="How many of these may be one caller's.")
    ] = _BOUNDS.per_caller
    operations_waiting: Annotated[
        int,
        Field(
            ge=1,
            le=100_000,
            description="How many more may wait in one process. The others are refused with 503 and `Retry-After`.",
        ),
    ] = _BOUNDS.waiting
    operation_longest_wait: Annotated[
        float,
        Field(
            gt=0,
            le=60,
            description="Seconds that they may wait. While there is too much to do for more "
            "than a moment, two thirds as many may wait as run.",
        ),
    ] = _BOUNDS.longest_wait
    operation_timeout: Annotated[
        float,
        Field(
            gt=0,
            le=3600,
            description="Seconds that a query may take before it is cancelled, in PostgreSQL too, and a mutation "
            "before it commits.",
        ),
    ] = LONGEST_OPERATION
    lock_timeout: Annotated[
        float,
        Field(gt=0, description="Seconds for which a change waits for another one of the same; then it is refused."),
    ] = 5.0
    transaction_pause: Annotated[
        float,
        Field(gt=0, description="Seconds after which PostgreSQL ends a transaction in which nothing happens."),
    ] = 60.0
    connection_wait: Annotated[
        float,
        Field(
            gt=0, description="Seconds that an operation waits for a connection to the database when all are in use."
        ),
    ] = 5.0
    operations_per_socket: Annotated[
        int,
        Field(ge=1, description="How many operations, subscriptions among them, may run on one WebSocket at a time."),
    ] = 100
    socket_init_timeout: Annotated[
        float, Field(gt=0, description="Seconds in which a WebSocket must say who it is, by `connection_init`.")
    ] = 10.0
    request_head_bytes: Annotated[
        int, Field(ge=1024, description="Bytes that the address and the headers of a request may have together.")
    ] = _REQUESTS.head_bytes
    request_head_timeout: Annotated[
        float, Field(gt=0, description="Seconds in which they must have come; an idle connection is closed after 5.")
    ] = _REQUESTS.head_timeout
    request_body_timeout: Annotated[
        float, Field(gt=0, description="Seconds in which the whole body must have come.")
    ] = _REQUESTS.body_timeout

    @property
    def places(self) -> PlaceBounds:
        return PlaceBounds(
            at_once=self.operations_at_once,
            per_caller=self.operations_per_caller,
            waiting=self.operations_waiting,
            longest_wait=self.operation_longest_wait,
        )

    @property
    def request_bounds(self) -> RequestBounds:
        return RequestBounds(self.request_head_bytes, self.request_head_timeout, self.request_body_timeout)
