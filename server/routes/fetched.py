"""What is fetched by an address of its own, as files and pictures: who comes for it, and what is said without it."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from domain.errors import Problem
from files.store import FileStoreUnavailableError
from resolvers.context import RequestContext
from server.authentication import Authentication, UnauthenticatedError
from server.cross_origin import FrontEnds
from server.negotiation import language_of
from server.operations.errors import FILES_UNAVAILABLE
from server.routes.asked_again import UnansweredError, unanswered
from server.routes.http_answers import refusal
from server.routes.http_call import address_of
from server.routes.http_errors import HttpError, database_unavailable, unauthenticated
from storage.errors import DatabaseUnavailableError, StatementTimedOutError

Fetch = Callable[[Request, RequestContext], Awaitable[Response]]
"""HttpError, UnansweredError, and what a database or a store raises that is not there."""

_NO_FILES = Problem("FILE_STORE_UNAVAILABLE", FILES_UNAVAILABLE)


def fetched(path: str, fetch: Fetch, authentication: Authentication, front_ends: FrontEnds) -> Route:
    async def answer(request: Request) -> Response:
        language = language_of(request.headers.get("accept-language"))
        try:
            authorization, address = request.headers.get("authorization"), address_of(request.scope)
            return await fetch(request, await authentication.context(authorization, language, address))
        except HttpError as error:
            return refusal(error, language)
        except UnansweredError as error:
            return unanswered(error)
        except UnauthenticatedError as error:
            return refusal(unauthenticated(error), language)
        except (DatabaseUnavailableError, StatementTimedOutError) as error:
            return refusal(database_unavailable(error), language)
        except FileStoreUnavailableError:
            return refusal(HttpError(503, _NO_FILES, {"Retry-After": "1"}), language)

    return Route(path, front_ends.may_use(answer), methods=["GET", "OPTIONS"])
