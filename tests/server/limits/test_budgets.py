"""Budgets: spent by what is asked for, and filled up by the second."""

import pytest

from auth.actor import Actor, Role
from domain.codes import OrganizationKind
from domain.records import whole_organization
from server.operations.limits.bounds import CostBounds
from server.operations.limits.budgets import Budgets
from server.operations.limits.errors import CostBudgetSpentError

PLACE = whole_organization(1, None, "1/", "某省委", OrganizationKind.PROVINCE.value, None, False, False)
BOUNDS = CostBounds(operation=100, person=600, partner=1_200, operator=0)


class Seconds:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def budgets(seconds: Seconds) -> Budgets:
    return Budgets(BOUNDS, seconds)


def person(subject: str = "one", role: Role = Role.ADMINISTRATOR, client: str | None = "web") -> Actor:
    return Actor(subject, role, PLACE, client=client)


def test_a_budget_is_spent_to_the_last_point(budgets: Budgets) -> None:
    budgets.spend(person(), 500)
    budgets.spend(person(), 100)
    assert budgets.remaining(person()) == 0
    with pytest.raises(CostBudgetSpentError) as refused:
        budgets.spend(person(), 1)
    assert refused.value.extensions == {"requested": 1, "remaining": 0, "limit": 600, "retryAfter": 1}


def test_what_is_refused_is_not_spent(budgets: Budgets) -> None:
    budgets.spend(person(), 590)
    with pytest.raises(CostBudgetSpentError):
        budgets.spend(person(), 11)
    budgets.spend(person(), 10)


def test_after_the_seconds_that_are_told_it_is_enough_and_not_before(budgets: Budgets, seconds: Seconds) -> None:
    budgets.spend(person(), 600)
    with pytest.raises(CostBudgetSpentError) as refused:
        budgets.spend(person(), 95)
    assert refused.value.retry_after == 10
    seconds.now += 9
    with pytest.raises(CostBudgetSpentError):
        budgets.spend(person(), 95)
    seconds.now += 1
    budgets.spend(person(), 95)
    assert budgets.remaining(person()) == 5


def test_it_fills_up_to_one_minutes_budget(budgets: Budgets, seconds: Seconds) -> None:
    budgets.spend(person(), 600)
    seconds.now += 3_600
    assert budgets.remaining(person()) == 600


def test_each_caller_has_a_budget_of_their_own(budgets: Budgets) -> None:
    budgets.spend(person("one"), 600)
    budgets.spend(person("two"), 600)
    assert budgets.remaining(person("three")) == 600


def test_one_person_has_the_same_budget_in_every_application(budgets: Budgets) -> None:
    budgets.spend(person(client="web"), 600)
    assert budgets.remaining(person(client="phone")) == 0


def test_partners_and_operators_have_other_budgets(budgets: Budgets) -> None:
    assert budgets.remaining(person(role=Role.PARTNER)) == 1_200
    assert budgets.remaining(person(client=None)) is None
    budgets.spend(person(client=None), 1_000_000)


def test_who_has_not_asked_for_a_minute_is_forgotten(budgets: Budgets, seconds: Seconds) -> None:
    for number in range(100):
        budgets.spend(person(str(number)), 1)
    seconds.now += 60
    budgets.spend(person(), 1)
    assert len(budgets._buckets) == 1
