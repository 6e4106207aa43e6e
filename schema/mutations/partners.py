"""合作系统管理: the mutations of security officers on partners."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any

import strawberry

from auth.default_matrix import FieldClass
from domain.codes import Scope
from domain.partners import DEFAULT_OVERLAP, HOUR, LONGEST_NAME, LONGEST_OVERLAP
from resolvers import partner_changes
from resolvers.partner_changes import KnownPartner, WithSecret
from schema.identifiers import number_of
from schema.info import Info
from schema.mutating import MutationInput, PayloadT, UserError, as_payload, keyed, settled
from schema.traits import open_field, record_field
from schema.types.partner import Partner

ADMINISTRATION = FieldClass.ADMINISTRATION
_VERSION = (
    "版本。The version that was seen; CONFLICT when the partner has been changed since. Without one, as it stands."
)


@strawberry.input
class KnownPartnerInput(MutationInput):
    id: strawberry.ID = strawberry.field(description="合作系统。The partner.")
    version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="登记合作系统。A partner's system that is to be let in.")
class RegisterPartnerInput(MutationInput):
    name: str = strawberry.field(description=f"名称。Its name; {LONGEST_NAME} characters at most.")
    organization: strawberry.ID = strawberry.field(
        description="所属组织。The organisation whose subtree it is to work in."
    )
    scopes: list[Scope] = strawberry.field(description="授权范围。What it may ask for; one at least.")


@strawberry.input(description="更换密钥。Which partner gets another secret.")
class RotatePartnerSecretInput(KnownPartnerInput):
    overlap_hours: int = strawberry.field(
        default=DEFAULT_OVERLAP // HOUR,
        description=f"旧密钥保留小时数。For how many hours the secret before stays good; 0 to {LONGEST_OVERLAP // HOUR}.",
    )


@strawberry.input(description="设置授权范围。What a partner may ask for from now on.")
class SetPartnerScopesInput(KnownPartnerInput):
    scopes: list[Scope] = strawberry.field(description="授权范围。All that it may ask for; one at least.")


@strawberry.input(description="停用合作系统。Which partner is shut out.")
class SuspendPartnerInput(KnownPartnerInput):
    pass


@strawberry.input(description="恢复合作系统。Which suspended partner is let in again.")
class ResumePartnerInput(KnownPartnerInput):
    pass


@strawberry.input(description="撤销合作系统。Which partner is shut out for good.")
class RevokePartnerInput(KnownPartnerInput):
    pass


@strawberry.type(description="登记合作系统的结果。The partner and its secret, or what is wrong.")
class RegisterPartnerPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    secret: str | None = record_field(
        "密钥", "Its secret, which is shown this once: hand it over safely.", read=ADMINISTRATION
    )
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="更换密钥的结果。The partner and its new secret, or what is wrong.")
class RotatePartnerSecretPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    secret: str | None = record_field("密钥", "The new secret, which is shown this once.", read=ADMINISTRATION)
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="设置授权范围的结果。The partner as it is now, or what is wrong.")
class SetPartnerScopesPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="停用合作系统的结果。The partner as it is now, or what is wrong.")
class SuspendPartnerPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="恢复合作系统的结果。The partner as it is now, or what is wrong.")
class ResumePartnerPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


@strawberry.type(description="撤销合作系统的结果。The partner as it is now, or what is wrong.")
class RevokePartnerPayload:
    partner: Partner | None = open_field("合作系统", "The partner; null when nothing was saved.")
    errors: list[UserError] = open_field("问题", "Everything that is wrong.")


Register = Annotated[RegisterPartnerInput, strawberry.argument(description="登记内容。The partner.")]
Rotate = Annotated[RotatePartnerSecretInput, strawberry.argument(description="更换内容。The partner, and how long.")]
SetScopes = Annotated[SetPartnerScopesInput, strawberry.argument(description="设置内容。The partner and its scopes.")]
Suspend = Annotated[SuspendPartnerInput, strawberry.argument(description="合作系统。The partner.")]
Resume = Annotated[ResumePartnerInput, strawberry.argument(description="合作系统。The partner.")]
Revoke = Annotated[RevokePartnerInput, strawberry.argument(description="合作系统。The partner.")]


async def _register(info: Info, input: Register) -> RegisterPartnerPayload:
    organization = number_of("Organization", input.organization, "input.organization")
    change = partner_changes.register_partner(keyed(info, input), input.name, organization, input.scopes)
    return await _with_secret(info, change, RegisterPartnerPayload)


async def _rotate(info: Info, input: Rotate) -> RotatePartnerSecretPayload:
    change = partner_changes.rotate_secret(keyed(info, input), _known(input), timedelta(hours=input.overlap_hours))
    return await _with_secret(info, change, RotatePartnerSecretPayload)


async def _set_scopes(info: Info, input: SetScopes) -> SetPartnerScopesPayload:
    change = partner_changes.set_scopes(keyed(info, input), _known(input), input.scopes)
    return await settled(info, change, as_payload(SetPartnerScopesPayload, "partner"))


async def _suspend(info: Info, input: Suspend) -> SuspendPartnerPayload:
    change = partner_changes.suspend_partner(keyed(info, input), _known(input))
    return await settled(info, change, as_payload(SuspendPartnerPayload, "partner"))


async def _resume(info: Info, input: Resume) -> ResumePartnerPayload:
    change = partner_changes.resume_partner(keyed(info, input), _known(input))
    return await settled(info, change, as_payload(ResumePartnerPayload, "partner"))


async def _revoke(info: Info, input: Revoke) -> RevokePartnerPayload:
    change = partner_changes.revoke_partner(keyed(info, input), _known(input))
    return await settled(info, change, as_payload(RevokePartnerPayload, "partner"))


def _known(input: KnownPartnerInput) -> KnownPartner:
    return KnownPartner(number_of("Partner", input.id, "input.id"), input.version)


async def _with_secret(info: Info, change: Awaitable[WithSecret], payload: Callable[..., PayloadT]) -> PayloadT:
    def shown(made: WithSecret | None, errors: list[UserError]) -> PayloadT:
        partner: Any = made.partner if made else None
        return payload(partner=partner, secret=made.secret if made else None, errors=errors)

    return await settled(info, change, shown)


@strawberry.type
class PartnerMutations:
    # fmt: off
    register_partner: RegisterPartnerPayload = record_field("登记合作系统", "Let a partner's system in; its secret is shown this once.", read=ADMINISTRATION, resolver=_register)
    rotate_partner_secret: RotatePartnerSecretPayload = record_field("更换密钥", "Give a partner another secret; the one before stays good for a while.", read=ADMINISTRATION, resolver=_rotate)
    set_partner_scopes: SetPartnerScopesPayload = record_field("设置授权范围", "Say what a partner may ask for; tokens that are out lose what is taken away.", read=ADMINISTRATION, resolver=_set_scopes)
    suspend_partner: SuspendPartnerPayload = record_field("停用合作系统", "Shut a partner out; all its tokens end.", read=ADMINISTRATION, resolver=_suspend)
    resume_partner: ResumePartnerPayload = record_field("恢复合作系统", "Let a suspended partner in again.", read=ADMINISTRATION, resolver=_resume)
    revoke_partner: RevokePartnerPayload = record_field("撤销合作系统", "Shut a partner out for good; all its tokens end.", read=ADMINISTRATION, resolver=_revoke)
    # fmt: on
