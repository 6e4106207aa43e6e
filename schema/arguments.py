"""参数: the arguments that every connection takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import strawberry

from resolvers.paging import PageArguments, SearchArguments
from schema.filter_values import filter_from
from schema.optional import given
from schema.orders import order_from

if TYPE_CHECKING:
    from schema.inputs import (
        AccountFilter,
        AccountOrder,
        ApprovalRequestFilter,
        AuditEntryFilter,
        HistoryMemberFilter,
        MemberFilter,
        MemberOrder,
        OrganizationFilter,
        OrganizationOrder,
    )

First = Annotated[
    int | None, strawberry.argument(description="前若干条。The first so many: 0 to 10,000; 50 when absent.")
]
After = Annotated[str | None, strawberry.argument(description="游标之后。Only results after this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="后若干条。The last so many, instead of `first`.")]
Before = Annotated[str | None, strawberry.argument(description="游标之前。Only results before this cursor.")]

MemberWhere = Annotated[
    Annotated["MemberFilter", strawberry.lazy("schema.inputs")] | None,
    strawberry.argument(description="查询条件。Conditions; an empty condition is none."),
]
MemberOrderBy = Annotated[
    list[Annotated["MemberOrder", strawberry.lazy("schema.inputs")]] | None,
    strawberry.argument(description="排序。Order, most important first; by organisation when absent."),
]
OrganizationWhere = Annotated[
    Annotated["OrganizationFilter", strawberry.lazy("schema.inputs")] | None,
    strawberry.argument(description="查询条件。Conditions; an empty condition is none."),
]
OrganizationOrderBy = Annotated[
    list[Annotated["OrganizationOrder", strawberry.lazy("schema.inputs")]] | None,
    strawberry.argument(description="排序。Order, most important first; as in the tree when absent."),
]
AccountWhere = Annotated[
    Annotated["AccountFilter", strawberry.lazy("schema.inputs")] | None,
    strawberry.argument(description="查询条件。Conditions; an empty condition is none."),
]
AccountOrderBy = Annotated[
    list[Annotated["AccountOrder", strawberry.lazy("schema.inputs")]] | None,
    strawberry.argument(description="排序。Order, most important first; by organisation when absent."),
]

RequestWhere = Annotated[
    Annotated["ApprovalRequestFilter", strawberry.lazy("schema.inputs")] | None,
    strawberry.argument(description="查询条件。Conditions; an empty condition is none."),
]

HistoryWhere = Annotated[
    Annotated["HistoryMemberFilter", strawberry.lazy("schema.inputs")] | None,
    strawberry.argument(description="查询条件。Conditions; an empty condition is none."),
]

AuditWhere = Annotated[
    Annotated["AuditEntryFilter", strawberry.lazy("schema.inputs")] | None,
    strawberry.argument(description="查询条件。Conditions; an empty condition is none."),
]


def page_arguments(first: int | None, after: str | None, last: int | None, before: str | None) -> PageArguments:
    return PageArguments(given(first), given(after), given(last), given(before))


def searched(where: object | None, order_by: Sequence[object] | None, page: PageArguments) -> SearchArguments:
    return SearchArguments(filter_from(where), order_from(given(order_by)), page)
