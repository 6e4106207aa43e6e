"""认证: from a bearer token to the context of an operation."""

from math import inf
from time import monotonic

from auth.actor import Actor
from auth.live_matrix import LiveMatrix
from auth.tokens import InvalidTokenError, TokenAuthority, VerifiedTokens
from dataloaders.loaders import Loaders
from domain.clock import Clock
from domain.errors import CallerError, Message, Problem
from domain.records import OrganizationRecord
from resolvers.context import RequestContext
from storage.engine import Database
from storage.organizations import organization_anywhere

_UNAUTHENTICATED = Message(
    "需要有效的访问令牌。请在 Authorization 请求头中以 Bearer 方式提供。",
    "A valid access token is needed. Send it in the Authorization header as a Bearer token.",
)


_ORGANIZATIONS_ARE_GOOD_FOR = 1.0
"""Seconds. Paths of organisations change seldom; whatever is withdrawn must be gone within a second."""

_MOST_ORGANIZATIONS = 10_000


class Authentication:
    """Turns tokens into contexts: a fresh one for each operation, so that nothing read for one serves another."""

    def __init__(self, authority: TokenAuthority, matrix: LiveMatrix, database: Database, clock: Clock) -> None:
        self._tokens = VerifiedTokens(authority)
        self._matrix = matrix
        self._database = database
        self._clock = clock
        self._organizations: dict[int, tuple[float, OrganizationRecord]] = {}

    async def context(self, authorization: str | None, language: str) -> RequestContext:
        """CallerError UNAUTHENTICATED without a valid token, or when its organisation is no longer there."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated()
        try:
            claims = self._tokens.verify(token.strip())
        except InvalidTokenError as error:
            raise unauthenticated() from error
        organization = await self._organization(claims.organization_id)
        if organization is None:
            raise unauthenticated()
        return await self._context(Actor(claims.subject, claims.role, organization), language)

    async def _organization(self, organization_id: int) -> OrganizationRecord | None:
        """As it is, or was at most a second ago."""
        now = monotonic()
        read_at, organization = self._organizations.get(organization_id, (-inf, None))
        if organization is not None and now - read_at < _ORGANIZATIONS_ARE_GOOD_FOR:
            return organization
        organization = await organization_anywhere(self._database, organization_id)
        if organization is not None:
            if len(self._organizations) >= _MOST_ORGANIZATIONS:
                self._organizations.clear()
            self._organizations[organization_id] = (now, organization)
        return organization

    async def _context(self, actor: Actor, language: str) -> RequestContext:
        matrix = await self._matrix.current()
        return RequestContext(
            actor=actor,
            permissions=matrix.permissions_of(actor.role, actor.tier),
            matrix=self._matrix,
            database=self._database,
            loaders=Loaders(self._database, actor.scope),
            clock=self._clock,
            language=language,
        )


def unauthenticated() -> CallerError:
    return CallerError(Problem("UNAUTHENTICATED", _UNAUTHENTICATED))
