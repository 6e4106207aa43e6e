"""The root fields of a mutation run one after another."""

import asyncio
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

from execution import OfSource, Shortcut
from tests.execution.both import Asked, messages, schema_with

SDL = """
type Query { total: Int }
type Mutation { add(number: Int!): Account! addSlowly(number: Int!): Account total: Int fail: Int failRequired: Int! log: [String!]! }
type Account { total: Int! slow: Int! }
"""


class Account:
    def __init__(self) -> None:
        self.total = 0
        self.log: list[str] = []

    def count(self, number: int, by: str) -> "Account":
        self.total += number
        self.log.append(by)
        return self


def add(account: Account, _info: GraphQLResolveInfo[Any], number: int) -> Account:
    return account.count(number, "add")


async def add_slowly(account: Account, _info: GraphQLResolveInfo[Any], number: int) -> Account:
    await asyncio.sleep(0)
    return account.count(number, "slowly")


async def slow_total(account: Account, _info: GraphQLResolveInfo[Any]) -> int:
    """Whatever else is under way gets its turns first."""
    for _ in range(5):
        await asyncio.sleep(0)
    return account.total


def fail(account: Account, _info: GraphQLResolveInfo[Any]) -> Any:
    account.count(1, "fail")
    raise RuntimeError("no")


def accounts() -> GraphQLSchema:
    return schema_with(
        SDL,
        Mutation_add=add,
        Mutation_addSlowly=add_slowly,
        Mutation_fail=fail,
        Mutation_failRequired=fail,
        Account_slow=slow_total,
    )


async def on_fresh_accounts(document: str) -> dict[str, Any]:
    """Each executor changes an account of its own."""
    asked = Asked(accounts())
    expected = await asked.on_core(document, Account())
    assert await asked.compiled(document, Account()) == expected
    return expected


async def test_an_attribute_shows_what_came_before_it() -> None:
    document = "mutation { before: total addSlowly(number: 2) { total } between: total add(number: 3) { total } total }"
    assert await on_fresh_accounts(document) == {
        "data": {"before": 0, "addSlowly": {"total": 2}, "between": 2, "add": {"total": 5}, "total": 5}
    }


async def test_all_below_a_field_is_done_before_the_next() -> None:
    document = "mutation { first: add(number: 1) { slow } second: addSlowly(number: 10) { slow } log }"
    answer = await on_fresh_accounts(document)
    assert answer["data"] == {"first": {"slow": 1}, "second": {"slow": 11}, "log": ["add", "slowly"]}


async def test_a_failure_that_may_be_null_does_not_stop_the_next() -> None:
    answer = await on_fresh_accounts("mutation { fail add(number: 1) { total } }")
    assert answer["data"] == {"fail": None, "add": {"total": 2}}
    assert messages(answer) == [("no", ["fail"])]


async def test_a_failure_that_nulls_the_answer_stops_what_comes_after() -> None:
    document = "mutation { add(number: 1) { total } failRequired addSlowly(number: 1) { total } }"
    answer = await on_fresh_accounts(document)
    assert (answer["data"], messages(answer)) == (None, [("no", ["failRequired"])])
    account = Account()
    await Asked(accounts()).compiled(document, account)
    assert account.log == ["add", "fail"]


async def test_a_failing_field_is_called_once_whatever_its_shortcut() -> None:
    def read(account: Account) -> Any:
        return fail(account, None)  # type: ignore[arg-type] # it is not asked

    def find(_parent: object, name: str, _field: object) -> Shortcut | None:
        return OfSource(read) if name == "fail" else None

    account = Account()
    await Asked(accounts(), find).compiled("mutation { fail }", account)
    assert account.log == ["fail"]
