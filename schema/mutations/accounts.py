"""变更账号: the mutations of security officers on the accounts of their subtree."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar, TypeVarTuple

import strawberry

from auth.actor import Role
from auth.default_matrix import FieldClass
from domain.accounts import account_draft
from domain.records import AccountRecord
from resolvers import account_changes, accounts
from resolvers.account_changes import KnownAccount
from resolvers.account_opening import open_account_by_message
from resolvers.officers import Officer, officer_of
from schema.identifiers import number_of
from schema.info import Info
from schema.lookahead import selection_of
from schema.mutating import MutationInput, UserError, as_payload, keyed, settled
from schema.traits import open_field, record_field
from schema.types.account import Account

ADMINISTRATION = FieldClass.ADMINISTRATION
_ID = "全局标识。Global id of the account."
_VERSION = "版本。The version that was seen; CONFLICT when the account has been changed since."
PayloadT = TypeVar("PayloadT", bound="AccountPayload")
ValueTs = TypeVarTuple("ValueTs")


@strawberry.input
class KnownAccountInput(MutationInput):
    id: strawberry.ID = strawberry.field(description=_ID)
    version: int = strawberry.field(description=_VERSION)


@strawberry.input(description="开通账号。An account to be opened.")
class OpenAccountInput(MutationInput):
    name: str = strawberry.field(description="姓名。Name of the holder.")
    identity_number: str = strawberry.field(description="公民身份证号。Identity number of the holder.")
    phone: str = strawberry.field(description="手机号。Mobile phone of the holder, to which the activation code goes.")
    role: Role = strawberry.field(description="账号角色。Role; one of the three that people can have.")
    organization_id: strawberry.ID = strawberry.field(
        description="所管理的组织。Global id of the organisation that the account is to manage."
    )


@strawberry.input(description="停用账号。The account to be suspended.")
class SuspendAccountInput(KnownAccountInput):
    pass


@strawberry.input(description="恢复账号。The account to be resumed.")
class ResumeAccountInput(KnownAccountInput):
    pass


@strawberry.input(description="撤销账号。The account to be revoked.")
class RevokeAccountInput(KnownAccountInput):
    pass


@strawberry.input(description="变更角色。The account and its new role.")
class ChangeAccountRoleInput(KnownAccountInput):
    role: Role = strawberry.field(description="账号角色。The new role.")


@strawberry.input(description="变更所管理的组织。The account and its new organisation.")
class ChangeAccountOrganizationInput(KnownAccountInput):
    organization_id: strawberry.ID = strawberry.field(
        description="所管理的组织。Global id of the new organisation, of the caller's own subtree."
    )


@strawberry.input(description="更正手机号。The account and its right phone.")
class ChangeAccountPhoneInput(KnownAccountInput):
    phone: str = strawberry.field(description="手机号。The right mobile phone.")


@strawberry.input(description="更正姓名。The account and the right name of its holder.")
class SetAccountNameInput(KnownAccountInput):
    name: str = strawberry.field(description="姓名。The right name.")


@strawberry.input(description="重发授权码。The account whose holder is sent a new activation code.")
class ResendActivationCodeInput(MutationInput):
    id: strawberry.ID = strawberry.field(description=_ID)


@strawberry.input(description="解锁账号。The account that is to be unlocked.")
class UnlockAccountInput(MutationInput):
    id: strawberry.ID = strawberry.field(description=_ID)


async def _changed_account(root: "AccountPayload", info: Info) -> AccountRecord | None:
    if root.account_id is None:
        return None
    return await accounts.account_as_changed(info.context, root.account_id, selection_of(info, "Account"))


@strawberry.type
class AccountPayload:
    account_id: strawberry.Private[int | None]
    account: Account | None = open_field(
        "账号", "The account as it is now; null when nothing was saved.", resolver=_changed_account
    )
    errors: list[UserError] = open_field("问题", "Everything that is wrong with the input.")


@strawberry.type(description="开通账号的结果。The account that was opened, or what is wrong.")
class OpenAccountPayload(AccountPayload):
    pass


@strawberry.type(description="停用账号的结果。The account that was suspended, or what is wrong.")
class SuspendAccountPayload(AccountPayload):
    pass


@strawberry.type(description="恢复账号的结果。The account that was resumed, or what is wrong.")
class ResumeAccountPayload(AccountPayload):
    pass


@strawberry.type(description="撤销账号的结果。The account that was revoked, or what is wrong.")
class RevokeAccountPayload(AccountPayload):
    pass


@strawberry.type(description="变更角色的结果。The account that was changed, or what is wrong.")
class ChangeAccountRolePayload(AccountPayload):
    pass


@strawberry.type(description="变更所管理的组织的结果。The account that was changed, or what is wrong.")
class ChangeAccountOrganizationPayload(AccountPayload):
    pass


@strawberry.type(description="更正手机号的结果。The account that was changed, or what is wrong.")
class ChangeAccountPhonePayload(AccountPayload):
    pass


@strawberry.type(description="更正姓名的结果。The account that was changed, or what is wrong.")
class SetAccountNamePayload(AccountPayload):
    pass


@strawberry.type(description="重发授权码的结果。The account whose holder is sent a code, or what is wrong.")
class ResendActivationCodePayload(AccountPayload):
    pass


@strawberry.type(description="解锁账号的结果。The account that was unlocked, or what is wrong.")
class UnlockAccountPayload(AccountPayload):
    pass


async def _open_account(
    info: Info, input: Annotated[OpenAccountInput, strawberry.argument(description="账号。The account.")]
) -> OpenAccountPayload:
    organization_id = number_of("Organization", input.organization_id, "organizationId")
    draft = account_draft(input.name, input.identity_number, input.phone, input.role, organization_id)
    change = open_account_by_message(officer_of(keyed(info, input)), draft)
    return await settled(info, change, as_payload(OpenAccountPayload, "account_id"))


async def _suspend_account(
    info: Info, input: Annotated[SuspendAccountInput, strawberry.argument(description="账号。The account.")]
) -> SuspendAccountPayload:
    return await _settled(info, input, _known(input), SuspendAccountPayload, account_changes.suspend_account)


async def _resume_account(
    info: Info, input: Annotated[ResumeAccountInput, strawberry.argument(description="账号。The account.")]
) -> ResumeAccountPayload:
    return await _settled(info, input, _known(input), ResumeAccountPayload, account_changes.resume_account)


async def _revoke_account(
    info: Info, input: Annotated[RevokeAccountInput, strawberry.argument(description="账号。The account.")]
) -> RevokeAccountPayload:
    return await _settled(info, input, _known(input), RevokeAccountPayload, account_changes.revoke_account)


async def _change_role(
    info: Info, input: Annotated[ChangeAccountRoleInput, strawberry.argument(description="变更。The change.")]
) -> ChangeAccountRolePayload:
    return await _settled(info, input, _known(input), ChangeAccountRolePayload, account_changes.change_role, input.role)


async def _change_organization(
    info: Info, input: Annotated[ChangeAccountOrganizationInput, strawberry.argument(description="变更。The change.")]
) -> ChangeAccountOrganizationPayload:
    organization_id = number_of("Organization", input.organization_id, "organizationId")
    change = account_changes.change_organization
    return await _settled(info, input, _known(input), ChangeAccountOrganizationPayload, change, organization_id)


async def _change_phone(
    info: Info, input: Annotated[ChangeAccountPhoneInput, strawberry.argument(description="更正。The correction.")]
) -> ChangeAccountPhonePayload:
    return await _settled(
        info, input, _known(input), ChangeAccountPhonePayload, account_changes.change_phone, input.phone
    )


async def _set_name(
    info: Info, input: Annotated[SetAccountNameInput, strawberry.argument(description="更正。The correction.")]
) -> SetAccountNamePayload:
    return await _settled(info, input, _known(input), SetAccountNamePayload, account_changes.set_name, input.name)


async def _resend_activation_code(
    info: Info, input: Annotated[ResendActivationCodeInput, strawberry.argument(description="账号。The account.")]
) -> ResendActivationCodePayload:
    change = account_changes.resend_activation_code
    return await _settled(info, input, _as_it_stands(input.id), ResendActivationCodePayload, change)


async def _unlock_account(
    info: Info, input: Annotated[UnlockAccountInput, strawberry.argument(description="账号。The account.")]
) -> UnlockAccountPayload:
    return await _settled(info, input, _as_it_stands(input.id), UnlockAccountPayload, account_changes.unlock)


def _known(input: KnownAccountInput) -> KnownAccount:
    return KnownAccount(number_of("Account", input.id), input.version)


def _as_it_stands(identifier: strawberry.ID) -> KnownAccount:
    return KnownAccount(number_of("Account", identifier))


async def _settled(
    info: Info,
    input: MutationInput,
    known: KnownAccount,
    payload: type[PayloadT],
    change: Callable[[Officer, KnownAccount, *ValueTs], Awaitable[None]],
    *values: *ValueTs,
) -> PayloadT:
    """What became of the change, which is called with the officer, the account and the values."""

    async def changed() -> int:
        await change(officer_of(keyed(info, input)), known, *values)
        return known.account_id

    return await settled(info, changed(), as_payload(payload, "account_id"))


@strawberry.type
class AccountMutations:
    # fmt: off
    open_account: OpenAccountPayload = record_field("开通账号", "Open an account; its holder is sent an activation code.", read=ADMINISTRATION, resolver=_open_account)
    suspend_account: SuspendAccountPayload = record_field("停用账号", "Suspend an account; whatever it is signed in with ends within a second.", read=ADMINISTRATION, resolver=_suspend_account)
    resume_account: ResumeAccountPayload = record_field("恢复账号", "Resume a suspended account.", read=ADMINISTRATION, resolver=_resume_account)
    revoke_account: RevokeAccountPayload = record_field("撤销账号", "Revoke an account for good; its holder may be given another.", read=ADMINISTRATION, resolver=_revoke_account)
    change_account_role: ChangeAccountRolePayload = record_field("变更角色", "Give an account another role; its holder has to sign in anew.", read=ADMINISTRATION, resolver=_change_role)
    change_account_organization: ChangeAccountOrganizationPayload = record_field("变更所管理的组织", "Have an account manage another organisation; its holder has to sign in anew.", read=ADMINISTRATION, resolver=_change_organization)
    change_account_phone: ChangeAccountPhonePayload = record_field("更正手机号", "Mend the phone of an account that has not been activated; a new activation code goes there.", read=ADMINISTRATION, resolver=_change_phone)
    set_account_name: SetAccountNamePayload = record_field("更正姓名", "Mend the name of an account's holder.", read=ADMINISTRATION, resolver=_set_name)
    resend_activation_code: ResendActivationCodePayload = record_field("重发授权码", "Send a new activation code, three times an hour at most; the former one is void.", read=ADMINISTRATION, resolver=_resend_activation_code)
    unlock_account: UnlockAccountPayload = record_field("解锁账号", "Accept passwords again at once, after too many wrong ones.", read=ADMINISTRATION, resolver=_unlock_account)
    # fmt: on
