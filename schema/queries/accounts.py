from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.records import AccountRecord
from resolvers import accounts
from schema.arguments import AccountOrderBy, AccountWhere, After, Before, First, Last, page_arguments, searched
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import connection_selection, selection_of
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.account import Account

AccountId = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the account.")]


async def _account(info: Info, id: AccountId) -> AccountRecord | None:
    return await accounts.find_account(info.context, number_of("Account", id), selection_of(info, "Account"))


async def _accounts(
    info: Info,
    where: AccountWhere = ABSENT,
    order_by: AccountOrderBy = ABSENT,
    first: First = ABSENT,
    after: After = ABSENT,
    last: Last = ABSENT,
    before: Before = ABSENT,
) -> Connected:
    asked = searched(where, order_by, page_arguments(first, after, last, before))
    page = await accounts.search_accounts(info.context, asked, connection_selection(info, "Account"))
    return connected_alone(page, lambda: accounts.count_of_accounts(info.context, asked.where))


@strawberry.type
class AccountQueries:
    # fmt: off
    account: Account | None = record_field("账号", "One account; null when there is none in the caller's scope.", read=FieldClass.ADMINISTRATION, resolver=_account)
    accounts: Connection[Account] = record_field("账号列表", "Accounts of the caller's scope.", read=FieldClass.ADMINISTRATION, resolver=_accounts)
    # fmt: on
