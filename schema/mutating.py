"""变更: what all mutations have in common: a payload with what was changed, or with everything that is wrong."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import strawberry

from domain.errors import Problem, RefusedError, bad_input
from domain.idempotency import KEPT_FOR_HOURS, LONGEST_KEY, claim_of, is_usable_key
from resolvers.context import RequestContext
from schema.canonical import canonical
from schema.info import Info
from schema.optional import ABSENT
from schema.traits import open_field

ValueT = TypeVar("ValueT")
PayloadT = TypeVar("PayloadT")


@strawberry.input
class MutationInput:
    """What the input of every mutation begins with."""

    idempotency_key: str | None = strawberry.field(
        default=ABSENT,
        description=f"幂等键。A name for this call, such as a UUID; 1 to {LONGEST_KEY} characters. The same call sent "
        f"again under it within {KEPT_FOR_HOURS} hours gives the first outcome and saves nothing more. What was "
        "refused leaves the key free. With another input: IDEMPOTENCY_KEY_REUSED.",
    )


@strawberry.type(description="可改正的问题。Something in the input that the caller can mend; nothing was saved.")
class UserError:
    code: str = open_field("代码", "Code, which never changes.")
    message: str = open_field("说明", "What is wrong and how to mend it, in the caller's language.")
    path: list[str] = open_field("位置", "Where in the input it is; empty when it is about the whole.")


def keyed(info: Info, input: MutationInput) -> RequestContext:
    """The context in which a mutation saves: under its idempotency key if it was given one."""
    key, context = input.idempotency_key, info.context
    if not isinstance(key, str):
        return context
    if not is_usable_key(key):
        raise bad_input(
            f"幂等键应为 1 至 {LONGEST_KEY} 个可见字符。",
            f"The idempotency key must be 1 to {LONGEST_KEY} visible characters.",
            ("input", "idempotencyKey"),
        )
    return context.under(claim_of(context.code_key, context.actor.subject, info.field_name, key, canonical(input)))


async def settled(
    info: Info, change: Awaitable[ValueT], payload: Callable[[ValueT | None, list[UserError]], PayloadT]
) -> PayloadT:
    """The payload with what the change gave, or with the errors for which it was refused."""
    try:
        return payload(await change, [])
    except RefusedError as refused:
        return payload(None, shown(refused, info.context.language))


def as_payload(payload: Callable[..., PayloadT], field: str) -> Callable[[object, list[UserError]], PayloadT]:
    """For payloads that show what the change gave as it is, in that field."""
    return lambda given, errors: payload(**{field: given}, errors=errors)


def shown(refused: RefusedError, language: str) -> list[UserError]:
    return [shown_problem(problem, language) for problem in refused.problems]


def shown_problem(problem: Problem, language: str) -> Any:
    return UserError(
        code=problem.code, message=problem.message.in_language(language), path=[str(part) for part in problem.path]
    )
