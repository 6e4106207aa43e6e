"""通行: what is asked of each request once its document is known: what its variables make of it, and who may pay."""

from collections.abc import Callable, Mapping
from typing import Any

from auth.actor import Actor
from resolvers.context import RequestContext
from server.operations.documents import Operation
from server.operations.limits import errors
from server.operations.limits.bounds import Limits
from server.operations.limits.budgets import Budgets
from server.operations.limits.listing import require_few_items


class Toll:
    def __init__(self, limits: Limits, clock: Callable[[], float] | None = None) -> None:
        self._limits = limits
        self._budgets = Budgets(limits.costs) if clock is None else Budgets(limits.costs, clock)

    def take(self, operation: Operation, variables: Mapping[str, Any], context: RequestContext) -> None:
        """CallerError when it asks for too much; CostBudgetSpentError when only for now."""
        if operation.introspects and not context.may_introspect:
            raise errors.introspection_not_allowed()
        require_few_items(variables, self._limits.documents.list_items)
        cost = operation.cost.of(variables)
        if cost > self._limits.costs.operation:
            raise errors.cost_too_high(cost, self._limits.costs.operation)
        self._budgets.spend(context.actor, cost)

    def take_for_own(self, operation: Operation, variables: Mapping[str, Any], actor: Actor) -> None:
        """For one of the server's own documents, which no limit binds: a whole budget at most."""
        cost, budget = operation.cost.of(variables), self._limits.costs.budget_of(actor)
        self._budgets.spend(actor, min(cost, budget))

    def told(self, operation: Operation, variables: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
        """`extensions.cost` of an answer."""
        cost = {"requested": operation.cost.of(variables), "limit": self._limits.costs.operation}
        budget = self._limits.costs.budget_of(actor)
        if budget:
            cost |= {"budget": budget, "remaining": self._budgets.remaining(actor) or 0}
        return {"cost": cost}
