"""认证: from a bearer token to the context of an operation."""

from collections.abc import Collection
from math import inf

from auth.actor import Actor, Role
from auth.live_matrix import LiveMatrix
from auth.standing import actor_of
from auth.tokens import (
    Backing,
    Claims,
    ForeignClaims,
    GrantClaims,
    InvalidTokenError,
    OperatorClaims,
    TokenAuthority,
    VerifiedTokens,
)
from auth.trusted_issuer import TrustedIssuer
from dataloaders.loaders import Loaders
from domain.clock import Clock
from domain.errors import CallerError, Message, Problem
from domain.exports import ExportBounds
from domain.ports import PopulationRegistry
from domain.records import OrganizationRecord
from domain.webhooks import Destinations
from files.store import FileStore
from resolvers.context import RequestContext
from server.correlation import correlation_id
from server.recently_read import RecentlyRead
from storage.engine import Database
from storage.organizations import organization_anywhere
from storage.standing import (
    Standing,
    fingerprints_of_accounts,
    fingerprints_of_grants,
    fingerprints_of_organizations,
    standing_of_account,
    standing_of_grant,
    standing_of_partner,
)

_UNAUTHENTICATED = Message(
    "需要有效的访问令牌。请在 Authorization 请求头中以 Bearer 方式提供。",
    "A valid access token is needed. Send it in the Authorization header as a Bearer token.",
)


class UnauthenticatedError(CallerError):
    """Nobody can be told from the request. `token_given`: it had a token, which is not good (any more)."""

    def __init__(self, *, token_given: bool) -> None:
        super().__init__(Problem("UNAUTHENTICATED", _UNAUTHENTICATED))
        self.token_given = token_given


class Authentication:
    """Turns tokens into contexts: a fresh one for each operation, so that nothing read for one serves another.

    Who stands behind a token is known as it was at most a second ago (docs/decisions/0010): whatever is withdrawn is
    gone within a second.
    """

    def __init__(  # noqa: PLR0913 # what a context is made of
        self,
        authority: TokenAuthority,
        matrix: LiveMatrix,
        database: Database,
        clock: Clock,
        code_key: bytes,
        files: FileStore,
        trusted_issuer: TrustedIssuer | None = None,
        registry: PopulationRegistry | None = None,
        destinations: Destinations | None = None,
        exports: ExportBounds | None = None,
        introspectors: frozenset[Role] = frozenset(),
    ) -> None:
        self.matrix = matrix
        self._destinations = destinations or Destinations()
        self._exports = exports or ExportBounds()
        self._introspectors = introspectors
        self._files = files
        self._code_key = code_key
        self._tokens = VerifiedTokens(authority)
        self._trusted_issuer = trusted_issuer
        self._registry = registry
        self._database = database
        self._clock = clock
        self._organizations = RecentlyRead[int, OrganizationRecord](lambda key: organization_anywhere(database, key))
        self._grants = RecentlyRead[str, Standing](lambda key: standing_of_grant(database, key, clock()))
        self._partners = RecentlyRead[int, Standing](lambda key: standing_of_partner(database, key))
        self._accounts = RecentlyRead[str, Standing](lambda key: standing_of_account(database, key))

    async def context(self, authorization: str | None, language: str, address: str | None = None) -> RequestContext:
        """UnauthenticatedError without a valid token, or when who stood behind it no longer does."""
        return await self.context_of(await self.actor(authorization), language, address)

    async def context_of_partner(self, partner_id: int, language: str) -> RequestContext:
        """For what is sent to a partner unasked: with all its scopes. UnauthenticatedError when it is shut out."""
        standing = await self._partners.get(partner_id)
        if standing is None:
            raise UnauthenticatedError(token_given=True)
        return await self.context_of(actor_of(standing, standing.client_id), language)

    async def context_of(self, actor: Actor, language: str, address: str | None = None) -> RequestContext:
        matrix = await self.matrix.current()
        return RequestContext(
            actor=actor,
            permissions=matrix.permissions_of(actor.role, actor.tier, actor.scopes),
            matrix=self.matrix,
            database=self._database,
            loaders=Loaders(self._database, actor.scope),
            clock=self._clock,
            language=language,
            code_key=self._code_key,
            files=self._files,
            correlation_id=correlation_id(),
            address=address,
            registry=self._registry,
            destinations=self._destinations,
            exports=self._exports,
            may_introspect=actor.role in self._introspectors,
        )

    async def actor(self, authorization: str | None) -> Actor:
        """UnauthenticatedError as `context` has it."""
        return await self.actor_of(await self.claims(authorization))

    async def claims(self, authorization: str | None) -> Claims:
        """What a valid token says; UnauthenticatedError without one."""
        return await self._claims(bearer_token(authorization))

    async def actor_of(self, claims: Claims, as_of: float = -inf) -> Actor:
        """Who stands behind the claims, not before `as_of`; UnauthenticatedError when nobody does."""
        if isinstance(claims, OperatorClaims):
            organization = await self._organizations.get(claims.organization_id, as_of)
            if organization is None:
                raise UnauthenticatedError(token_given=True)
            return Actor(claims.subject, claims.role, organization)
        return actor_of(await self._standing(claims, as_of), claims.client_id)

    async def fingerprints(self, all_claims: Collection[Claims]) -> dict[Backing, int]:
        """By what backs the claims, as far as it still does: another number once what it is worth is another."""
        found: dict[Backing, int] = {}
        grants = {claims.grant_id for claims in all_claims if isinstance(claims, GrantClaims)}
        if grants:
            of_grants = await fingerprints_of_grants(self._database, grants, self._clock())
            found |= {(GrantClaims, key): number for key, number in of_grants.items()}
        accounts = {claims.account for claims in all_claims if isinstance(claims, ForeignClaims)}
        if accounts:
            of_accounts = await fingerprints_of_accounts(self._database, accounts)
            found |= {(ForeignClaims, key): number for key, number in of_accounts.items()}
        places = {claims.organization_id for claims in all_claims if isinstance(claims, OperatorClaims)}
        if places:
            of_places = await fingerprints_of_organizations(self._database, places)
            found |= {(OperatorClaims, key): number for key, number in of_places.items()}
        return found

    async def standing(self, authorization: str | None) -> tuple[Standing, frozenset[str]]:
        """The grant by which the caller asks, and the scopes of the token; UnauthenticatedError without such."""
        claims = await self._claims(bearer_token(authorization))
        if not isinstance(claims, GrantClaims):
            raise UnauthenticatedError(token_given=True)
        standing = await self._standing(claims, -inf)
        return standing, standing.scopes & claims.scope

    async def _standing(self, claims: GrantClaims | ForeignClaims, as_of: float) -> Standing:
        if isinstance(claims, ForeignClaims):
            standing = await self._accounts.get(claims.account, as_of)
        else:
            standing = await self._grants.get(claims.grant_id, as_of)
            if standing is not None and standing.subject != claims.subject:
                standing = None
        if standing is None:
            raise UnauthenticatedError(token_given=True)
        return standing

    def has_expired(self, claims: Claims) -> bool:
        return self._tokens.has_expired(claims)

    def version_of_keys(self) -> int:
        """Of our own tokens: another one once they must be verified anew."""
        return self._tokens.version_of_keys()

    async def _claims(self, token: str) -> Claims:
        try:
            return self._tokens.verify(token)
        except InvalidTokenError as error:
            if self._trusted_issuer is None or not self._trusted_issuer.may_have_issued(token):
                raise UnauthenticatedError(token_given=True) from error
        try:
            return await self._trusted_issuer.verify(token)
        except InvalidTokenError as error:
            raise UnauthenticatedError(token_given=True) from error


def bearer_token(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise UnauthenticatedError(token_given=False)
    return token.strip()
