"""实名备案审批权限: the mutation of security officers on organisations of their subtree."""

from collections.abc import Sequence
from typing import Annotated

import strawberry

from auth.default_matrix import FieldClass
from domain.records import OrganizationRecord
from resolvers.designations import designate_for_filing
from schema.identifiers import number_of
from schema.info import Info
from schema.mutating import MutationInput, UserError, keyed, settled
from schema.organizations_of import organizations_with_ids
from schema.resolving import for_all
from schema.traits import open_field, record_field
from schema.types.organization import Organization


@strawberry.input(description="指定实名备案审批组织。Which organisation decides on real-name filing, or does no more.")
class DesignateForFilingInput(MutationInput):
    organization_id: strawberry.ID = strawberry.field(
        description="党组织。Global id of a county, or of an organisation above."
    )
    can_file_real_names: bool = strawberry.field(description="具有实名备案审批权限。Whether it decides.")


@for_all
async def _organization(root: Sequence["DesignateForFilingPayload"], info: Info) -> list[OrganizationRecord | None]:
    return await organizations_with_ids(info, [payload.organization_id for payload in root])


@strawberry.type(description="指定实名备案审批组织的结果。The organisation as it is now, and what is wrong.")
class DesignateForFilingPayload:
    organization_id: strawberry.Private[int]
    organization: Organization | None = open_field("党组织", "The organisation as it is now.", resolver=_organization)
    errors: list[UserError] = open_field("问题", "Everything that is wrong; nothing was saved then.")


async def _designate(
    info: Info, input: Annotated[DesignateForFilingInput, strawberry.argument(description="指定。Which and whether.")]
) -> DesignateForFilingPayload:
    number = number_of("Organization", input.organization_id, "input.organizationId")
    change = designate_for_filing(keyed(info, input), number, can_file_real_names=input.can_file_real_names)
    return await settled(
        info, change, lambda _, errors: DesignateForFilingPayload(organization_id=number, errors=errors)
    )


@strawberry.type
class DesignationMutations:
    # fmt: off
    designate_for_filing: DesignateForFilingPayload = record_field("指定实名备案审批组织", "Say whether a county, or an organisation above, decides on real-name filing; for security officers.", read=FieldClass.ADMINISTRATION, resolver=_designate)
    # fmt: on
