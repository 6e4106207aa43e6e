from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.partners import PartnerRecord
from resolvers import partners
from schema.arguments import After, Before, First, Last, page_arguments
from schema.connections import Connected, Connection, connected_alone
from schema.identifiers import number_of
from schema.info import Info
from schema.optional import ABSENT
from schema.traits import record_field
from schema.types.partner import Partner

PartnerId = Annotated[strawberry.ID, strawberry.argument(description="全局标识。Global id of the partner.")]


async def _partner(info: Info, id: PartnerId) -> PartnerRecord | None:
    return await partners.find_partner(info.context, number_of("Partner", id))


async def _partners(
    info: Info, first: First = ABSENT, after: After = ABSENT, last: Last = ABSENT, before: Before = ABSENT
) -> Connected:
    page = await partners.search_partners(info.context, page_arguments(first, after, last, before))
    return connected_alone(page, lambda: partners.count_of_partners(info.context))


@strawberry.type
class PartnerQueries:
    # fmt: off
    partner: Partner | None = record_field("合作系统", "One partner; null when there is none in the caller's scope.", read=FieldClass.ADMINISTRATION, resolver=_partner)
    partners: Connection[Partner] = record_field("合作系统列表", "Partners of the caller's scope, in the order in which they were registered.", read=FieldClass.ADMINISTRATION, resolver=_partners)
    # fmt: on
