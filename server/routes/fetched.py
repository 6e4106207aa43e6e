"""What is fetched by an address of its own, as files and pictures: who comes for it, and what is said without it."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.errors import Problem
from files.store import FileStoreUnavailableError
from resolvers.context import RequestContext
from server.authentication import Authentication, UnauthenticatedError
from server.cross_origin import FrontEnds
from server.negotiation import language_of
from server.operations.callers import KnownCallers
from server.operations.errors import FILES_UNAVAILABLE
from server.operations.places import Places, ServerBusyError
from server.operations.time_limits import NobodyWaitsError
from server.routes.asked_again import UnansweredError, unanswered
from server.routes.http_answers import refusal
from server.routes.http_call import address_of
from server.routes.http_errors import AGAIN_SOON, HttpError, database_unavailable, server_busy, unauthenticated
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

Finish = Callable[[], Awaitable[Response]]
"""The rest of the way to the answer, once all has been looked up: drawing, printing. It may raise HttpError."""

Fetch = Callable[[Request, RequestContext], Awaitable[Response | Finish]]
"""HttpError, UnansweredError, NobodyWaitsError, and what a database or a store raises that is not there."""

_NOBODY_WAITS = 499
"""As nginx counts it; nobody reads it."""

_NO_FILES = Problem("FILE_STORE_UNAVAILABLE", FILES_UNAVAILABLE)


@dataclass(frozen=True, slots=True)
class Fetching:
    authentication: Authentication
    front_ends: FrontEnds
    places: Places
    callers: KnownCallers

    def route(self, path: str, fetch: Fetch) -> Route:
        return Route(path, self.front_ends.may_use(partial(self._answer, fetch)), methods=["GET", "OPTIONS"])

    async def _answer(self, fetch: Fetch, request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            with _refusing():
                found = await self._looked_up(fetch, request, language)
                return found if isinstance(found, Response) else await found()
        except HttpError as error:
            return refusal(error, language)
        except UnansweredError as error:
            return unanswered(error)
        except NobodyWaitsError:
            return Response(status_code=_NOBODY_WAITS)

    async def _looked_up(self, fetch: Fetch, request: Request, language: str) -> Response | Finish:
        """In a place among the operations, which is free again before anything is drawn, printed or sent."""
        authorization, address = request.headers.get("authorization"), address_of(request.scope)
        async with self.places.place(self.callers.caller(authorization, address)):
            context = await self.authentication.context(authorization, language, address)
            self.callers.remember(authorization, context.actor)
            return await fetch(request, context)


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever is in the way, as the HttpError that says so."""
    try:
        yield
    except ServerBusyError as error:
        raise server_busy(error) from error
    except UnauthenticatedError as error:
        raise unauthenticated(error) from error
    except (DatabaseUnavailableError, StatementTimedOutError) as error:
        raise database_unavailable(error) from error
    except FileStoreUnavailableError as error:
        raise HttpError(503, _NO_FILES, AGAIN_SOON) from error
