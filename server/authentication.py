"""认证: from a bearer token to the context of an operation."""

from auth.actor import Actor, Role
from auth.live_matrix import LiveMatrix
from auth.scopes import partner_scopes
from auth.tokens import (
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
from domain.ports import PopulationRegistry
from domain.records import OrganizationRecord
from files.store import FileStore
from resolvers.context import RequestContext
from server.correlation import correlation_id
from server.recently_read import RecentlyRead
from storage.engine import Database
from storage.organizations import organization_anywhere
from storage.standing import Standing, standing_of_account, standing_of_grant

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
    ) -> None:
        self._files = files
        self._code_key = code_key
        self._tokens = VerifiedTokens(authority)
        self._trusted_issuer = trusted_issuer
        self._registry = registry
        self._matrix = matrix
        self._database = database
        self._clock = clock
        self._organizations = RecentlyRead[int, OrganizationRecord](lambda key: organization_anywhere(database, key))
        self._grants = RecentlyRead[str, Standing](lambda key: standing_of_grant(database, key, clock()))
        self._accounts = RecentlyRead[str, Standing](lambda key: standing_of_account(database, key))

    async def context(self, authorization: str | None, language: str, address: str | None = None) -> RequestContext:
        """UnauthenticatedError without a valid token, or when who stood behind it no longer does."""
        actor = await self.actor(authorization)
        matrix = await self._matrix.current()
        return RequestContext(
            actor=actor,
            permissions=matrix.permissions_of(actor.role, actor.tier, actor.scopes),
            matrix=self._matrix,
            database=self._database,
            loaders=Loaders(self._database, actor.scope),
            clock=self._clock,
            language=language,
            code_key=self._code_key,
            files=self._files,
            correlation_id=correlation_id(),
            address=address,
            registry=self._registry,
        )

    async def actor(self, authorization: str | None) -> Actor:
        """UnauthenticatedError as `context` has it."""
        claims = await self._claims(bearer_token(authorization))
        if isinstance(claims, OperatorClaims):
            organization = await self._organizations.get(claims.organization_id)
            if organization is None:
                raise UnauthenticatedError(token_given=True)
            return Actor(claims.subject, claims.role, organization)
        return _actor(await self._standing(claims), claims.client_id)

    async def standing(self, authorization: str | None) -> tuple[Standing, frozenset[str]]:
        """The grant by which the caller asks, and the scopes of the token; UnauthenticatedError without such."""
        claims = await self._claims(bearer_token(authorization))
        if not isinstance(claims, GrantClaims):
            raise UnauthenticatedError(token_given=True)
        standing = await self._standing(claims)
        return standing, standing.scopes & claims.scope

    async def _standing(self, claims: GrantClaims | ForeignClaims) -> Standing:
        if isinstance(claims, ForeignClaims):
            standing = await self._accounts.get(claims.account)
        else:
            standing = await self._grants.get(claims.grant_id)
            if standing is not None and standing.subject != claims.subject:
                standing = None
        if standing is None:
            raise UnauthenticatedError(token_given=True)
        return standing

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


def _actor(standing: Standing, client: str) -> Actor:
    scopes = partner_scopes(standing.scopes) if standing.role is Role.PARTNER else None
    return Actor(standing.subject, standing.role, standing.organization, scopes, client)
