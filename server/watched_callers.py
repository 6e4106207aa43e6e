"""值守: looking after those who listen for hours, each of whom may lose the right to at any moment.

Twice a second, and as soon as the permission matrix changes, one look serves all of them, however many there are: only
those of whom something has changed are authenticated anew, and woken.
"""

from asyncio import Future, Task, create_task, get_running_loop
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from math import inf
from time import monotonic

from auth.actor import Actor
from auth.live_matrix import GOOD_FOR
from auth.permissions import Permissions
from auth.tokens import Claims, ForeignClaims, backing_of
from resolvers.context import RequestContext
from server.authentication import Authentication
from server.log import log_failure
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

_NOT_LOOKED_AT = object()


class WatchedCaller:
    """The caller of one stream, as known by the last look."""

    def __init__(
        self, authentication: Authentication, authorization: str | None, claims: Claims, begun: RequestContext
    ) -> None:
        self._authentication = authentication
        self._authorization = authorization
        self.claims = claims
        self.began_as = begun.actor
        self.language = begun.language
        self._address = begun.address
        self._actor: Actor | None = begun.actor
        self._as_of = -inf
        self._wake: Future[None] = get_running_loop().create_future()
        self.fingerprint: object = _NOT_LOOKED_AT
        """Of what backs the claims. The first look finds another one: it may have changed since the stream began."""

    async def now(self) -> tuple[Actor, Permissions]:
        """Who it is and what it may do at the moment. CallerError once it may do nothing any more."""
        if self._wake.done():
            self._wake = get_running_loop().create_future()
        actor = self._actor or await self._authenticated()
        matrix = await self._authentication.matrix.current()
        return actor, matrix.permissions_of(actor.role, actor.tier, actor.scopes)

    async def _authenticated(self) -> Actor:
        while True:
            as_of = self._as_of
            claims = await self._authentication.claims(self._authorization)
            actor = await self._authentication.actor_of(claims, as_of)
            if as_of == self._as_of:
                self._actor = actor
                return actor

    async def fresh_context(self) -> RequestContext:
        """For one answer: nothing that was read for another serves it."""
        actor, _ = await self.now()
        return await self._authentication.context_of(actor, self.language, self._address)

    @property
    def stirred(self) -> Future[None]:
        """Done as soon as `now` may be another."""
        return self._wake

    def stir(self) -> None:
        if not self._wake.done():
            self._wake.set_result(None)

    def doubt(self, as_of: float) -> None:
        """Who it is must be looked up again, as of that time of `monotonic` at the earliest."""
        self._actor = None
        self._as_of = max(as_of, self._as_of)
        self.stir()


class WatchedCallers:
    """Those who listen in this process."""

    def __init__(self, authentication: Authentication) -> None:
        self._authentication = authentication
        self._watched: set[WatchedCaller] = set()
        self._keys_version = authentication.version_of_keys()
        self._looking: Task[None] | None = None

    @asynccontextmanager
    async def watching(self, authorization: str | None, begun: RequestContext) -> AsyncIterator[WatchedCaller]:
        """For as long as the stream lives that began with this context. UnauthenticatedError if it has expired."""
        claims = await self._authentication.claims(authorization)
        caller = WatchedCaller(self._authentication, authorization, claims, begun)
        self._watched.add(caller)
        if self._looking is None:
            self._looking = create_task(self._look_after_all())
        try:
            yield caller
        finally:
            self._watched.discard(caller)

    async def _look_after_all(self) -> None:
        """For as long as there is anybody. A look that fails leaves nobody as trusted as before."""
        try:
            while self._watched:
                began = monotonic()
                try:
                    if await self._authentication.matrix.changed_within(GOOD_FOR):
                        self._stir_all()
                    await self._look()
                except (DatabaseUnavailableError, StatementTimedOutError):
                    self._doubt_all(began)
                except Exception as error:
                    log_failure(error, "INTERNAL_SERVER_ERROR")
                    self._doubt_all(began)
        finally:
            self._looking = None

    async def _look(self) -> None:
        began = monotonic()
        version = self._authentication.version_of_keys()
        if version != self._keys_version:
            self._keys_version = version
            self._doubt_all(began)
        looked_at = list(self._watched)
        found = await self._authentication.fingerprints({caller.claims for caller in looked_at})
        for caller in looked_at:
            fingerprint = found.get(backing_of(caller.claims))
            if fingerprint != caller.fingerprint:
                caller.doubt(began)
            elif isinstance(caller.claims, ForeignClaims) or self._authentication.has_expired(caller.claims):
                caller.doubt(-inf)
            caller.fingerprint = fingerprint

    def _stir_all(self) -> None:
        for caller in self._watched:
            caller.stir()

    def _doubt_all(self, as_of: float) -> None:
        for caller in self._watched:
            caller.doubt(as_of)
