"""合作系统管理: what security officers do with partners. Whatever takes something away holds within a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex

from domain.codes import AuditKind, ClientState, Scope
from domain.errors import RefusedError
from domain.idempotency import Outcome
from domain.partners import FIRST_VERSION, HOUR, LONGEST_OVERLAP, PartnerRecord
from domain.records import Selection
from domain.secrets import derived_secret, hashed_secret, is_secret_of, new_secret
from resolvers.context import RequestContext
from resolvers.partner_problems import (
    conflict,
    no_organization,
    no_partner,
    overlap_out_of_bounds,
    problems_of_name,
    problems_of_scopes,
    wrong_state,
)
from resolvers.repeating import repeatable, saving
from storage.clients import current_secret_hash, secret_hash_of
from storage.grants import revoke_grants_of_client
from storage.partners import NewPartner, add_partner, change_partner, partner_to_change, partners_by_id
from storage.writing import WriteSession


@dataclass(frozen=True, slots=True)
class KnownPartner:
    """A partner as whoever changes it has seen it; without a version, as it stands."""

    partner_id: int
    version: int | None = None


@dataclass(frozen=True, slots=True)
class WithSecret:
    """A partner and its new secret, which is shown this once."""

    partner: PartnerRecord | None
    secret: str | None


async def _with_first_secret(context: RequestContext, outcome: Outcome) -> WithSecret:
    """The secret as long as it is still the partner's, so that a lost answer does not cost it."""
    partner = await _as_it_stands(context, outcome)
    if partner is None:
        return WithSecret(None, None)
    secret = _secret(context, partner.client_id, int(outcome["version"]))
    is_current = is_secret_of(secret, await current_secret_hash(context.database, partner.id))
    return WithSecret(partner, secret if is_current else None)


async def _as_it_stands(context: RequestContext, outcome: Outcome) -> PartnerRecord | None:
    number = int(outcome["id"])
    return (await partners_by_id(context.database, context.scope, [number])).get(number)


def _secret(context: RequestContext, client_id: str, version: int) -> str:
    """For the partner as it is from that version on. Under an idempotency key one that a repetition can find again, by
    the key that is kept nowhere and by the server's own, which are worth nothing without one another."""
    if context.claim is None:
        return new_secret()
    return derived_secret(context.code_key, "partner-secret", context.claim.key, client_id, str(version))


@repeatable(_with_first_secret)
async def register_partner(
    context: RequestContext, name: str, organization_id: int, scopes: Sequence[Scope]
) -> WithSecret:
    """RefusedError with everything that is wrong; NOT_FOUND for an organisation outside the scope."""
    if await context.loaders.organization_by_id(Selection(frozenset({"id"}))).load(organization_id) is None:
        raise no_organization()
    problems = [*problems_of_name(name), *problems_of_scopes(scopes)]
    if problems:
        raise RefusedError(*problems)
    client_id = f"partner-{token_hex(8)}"
    secret = _secret(context, client_id, FIRST_VERSION)
    async with saving(context) as session:
        new = NewPartner(
            client_id=client_id,
            name=name.strip(),
            organization_id=organization_id,
            scopes=_tokens(_each_once(scopes)),
            secret_hash=hashed_secret(secret),
        )
        partner = await add_partner(session, new)
        await _audit(session, context, "registerPartner", partner, name=partner.name, scopes=_tokens(partner.scopes))
    return WithSecret(partner, secret)


@repeatable(_with_first_secret)
async def rotate_secret(context: RequestContext, known: KnownPartner, overlap: timedelta) -> WithSecret:
    """The secret before stays good for as long as `overlap`; the one before that no longer is."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise RefusedError(overlap_out_of_bounds())
    async with saving(context) as session:
        before = await _usable(session, context, known)
        secret = _secret(context, before.client_id, before.version + 1)
        partner = await change_partner(
            session,
            before.id,
            former_secret_hash=await secret_hash_of(session, before.id),
            former_secret_until=context.clock() + overlap,
            secret_hash=hashed_secret(secret),
        )
        await _audit(session, context, "rotatePartnerSecret", partner, overlapHours=overlap // HOUR)
    return WithSecret(partner, secret)


@repeatable(_as_it_stands)
async def set_scopes(context: RequestContext, known: KnownPartner, scopes: Sequence[Scope]) -> PartnerRecord:
    """Tokens that are out already lose what is taken away, and gain nothing."""
    problems = problems_of_scopes(scopes)
    if problems:
        raise RefusedError(*problems)
    async with saving(context) as session:
        before = await _usable(session, context, known)
        partner = await change_partner(session, before.id, scopes=_tokens(_each_once(scopes)))
        was, now = _tokens(before.scopes), _tokens(partner.scopes)
        await _audit(session, context, "setPartnerScopes", partner, before=was, after=now)
    return partner


@repeatable(_as_it_stands)
async def suspend_partner(context: RequestContext, known: KnownPartner) -> PartnerRecord:
    """It gets no tokens, and those that it has are worth nothing any more, even when it is resumed."""
    return await _shut_out(context, known, ClientState.SUSPENDED, "suspendPartner")


@repeatable(_as_it_stands)
async def revoke_partner(context: RequestContext, known: KnownPartner) -> PartnerRecord:
    """As a suspension, but for good."""
    return await _shut_out(context, known, ClientState.REVOKED, "revokePartner")


@repeatable(_as_it_stands)
async def resume_partner(context: RequestContext, known: KnownPartner) -> PartnerRecord:
    async with saving(context) as session:
        partner = await _usable(session, context, known)
        if partner.state is not ClientState.SUSPENDED:
            raise RefusedError(wrong_state(partner.state))
        return await _put(session, context, partner.id, ClientState.ACTIVE, "resumePartner")


async def _shut_out(context: RequestContext, known: KnownPartner, state: ClientState, operation: str) -> PartnerRecord:
    async with saving(context) as session:
        partner = await _usable(session, context, known)
        if partner.state is state:
            raise RefusedError(wrong_state(state))
        await revoke_grants_of_client(session, partner.id, "partner shut out")
        return await _put(session, context, partner.id, state, operation)


async def _put(
    session: WriteSession, context: RequestContext, number: int, state: ClientState, operation: str
) -> PartnerRecord:
    partner = await change_partner(session, number, state=state.value)
    await _audit(session, context, operation, partner)
    return partner


async def _usable(session: WriteSession, context: RequestContext, known: KnownPartner) -> PartnerRecord:
    """Locked; NOT_FOUND outside the scope, RefusedError for one that was changed since or was revoked for good."""
    partner = await partner_to_change(session, context.scope, known.partner_id)
    if partner is None:
        raise no_partner()
    if known.version not in (None, partner.version):
        raise RefusedError(conflict(partner.version))
    if partner.state is ClientState.REVOKED:
        raise RefusedError(wrong_state(partner.state))
    return partner


async def _audit(
    session: WriteSession, context: RequestContext, operation: str, partner: PartnerRecord, **details: object
) -> None:
    session.outcome = {"id": partner.id, "version": partner.version}
    target, told = f"Partner:{partner.id}", {"client": partner.client_id, **details}
    await session.audit(context.audited(AuditKind.PARTNER, operation, target=target, details=told))


def _each_once(scopes: Sequence[Scope]) -> list[Scope]:
    return [scope for scope in Scope if scope in scopes]


def _tokens(scopes: Sequence[Scope]) -> list[str]:
    return [scope.token for scope in scopes]
