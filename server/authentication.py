"""认证: from a bearer token to the context of an operation."""

from dataclasses import dataclass

from auth.actor import Actor
from auth.permissions import PermissionMatrix
from auth.tokens import InvalidTokenError, TokenAuthority
from dataloaders.loaders import Loaders
from domain.clock import Clock
from domain.errors import CallerError, Message, Problem
from resolvers.context import RequestContext
from storage.engine import Database
from storage.organizations import organization_anywhere

_UNAUTHENTICATED = Message(
    "需要有效的访问令牌。请在 Authorization 请求头中以 Bearer 方式提供。",
    "A valid access token is needed. Send it in the Authorization header as a Bearer token.",
)


@dataclass(frozen=True, slots=True)
class Authentication:
    """Turns tokens into contexts: a fresh one for each operation, so that nothing read for one serves another."""

    authority: TokenAuthority
    matrix: PermissionMatrix
    database: Database
    clock: Clock

    async def context(self, authorization: str | None, language: str) -> RequestContext:
        """CallerError UNAUTHENTICATED without a valid token, or when its organisation is no longer there."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated()
        try:
            claims = self.authority.verify(token.strip())
        except InvalidTokenError as error:
            raise unauthenticated() from error
        organization = await organization_anywhere(self.database, claims.organization_id)
        if organization is None:
            raise unauthenticated()
        return self._context(Actor(claims.subject, claims.role, organization), language)

    def _context(self, actor: Actor, language: str) -> RequestContext:
        return RequestContext(
            actor=actor,
            permissions=self.matrix.permissions_of(actor.role, actor.tier),
            database=self.database,
            loaders=Loaders(self.database, actor.scope),
            clock=self.clock,
            language=language,
        )


def unauthenticated() -> CallerError:
    return CallerError(Problem("UNAUTHENTICATED", _UNAUTHENTICATED))
