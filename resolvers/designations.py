"""实名备案审批权限: which counties, and organisations above, decide on real-name filing."""

from auth.actor import tier_of
from domain.codes import AuditKind, Tier
from domain.errors import Message, Problem, RefusedError, not_found
from resolvers.context import RequestContext
from resolvers.repeating import nothing, repeatable, saving
from storage.organization_changing import designate, organization_to_change


@repeatable(nothing)
async def designate_for_filing(context: RequestContext, organization_id: int, *, can_file_real_names: bool) -> None:
    """RefusedError for an organisation below the county; NOT_FOUND outside the scope. What is so already stays so."""
    async with saving(context) as session:
        organization = await organization_to_change(session, context.scope, organization_id)
        if organization is None:
            raise not_found(
                "该党组织不存在或不在您的管理范围内。",
                "This organisation does not exist, or lies outside your scope.",
                ("input", "organizationId"),
            )
        if tier_of(organization) is not Tier.COUNTY_OR_ABOVE:
            raise RefusedError(_NO_COUNTY)
        if organization.can_file_real_names is can_file_real_names:
            return
        await designate(session, organization_id, can_file_real_names=can_file_real_names)
        told = {
            "before": {"canFileRealNames": organization.can_file_real_names},
            "after": {"canFileRealNames": can_file_real_names},
        }
        target = f"Organization:{organization_id}"
        await session.audit(context.audited(AuditKind.PERMISSION, "designateForFiling", target=target, details=told))


_NO_COUNTY = Problem(
    "KIND_UNFIT",
    Message(
        "只有县级及以上党组织可以指定为实名备案审批组织。",
        "Only a county or an organisation above can be designated for real-name filing.",
    ),
    ("organizationId",),
)
