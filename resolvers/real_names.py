"""实名核验: what the population registry says of a name and an identity number."""

from domain.codes import RealNameStatus, RealNameVerdict
from domain.identity_numbers import is_identity_number
from resolvers.context import RequestContext

REFUTED = frozenset({RealNameVerdict.MISMATCH, RealNameVerdict.UNKNOWN_PERSON})


async def verdict_on(context: RequestContext, name: str | None, identity_number: str | None) -> RealNameVerdict:
    """UNAVAILABLE when there is nobody to ask, no answer, or nothing that could be asked.

    Never within a transaction: an answer may take seconds.
    """
    if context.registry is None or not name or not is_identity_number(identity_number or ""):
        return RealNameVerdict.UNAVAILABLE
    return await context.registry.verify(name, identity_number or "")


def status_after(verdict: RealNameVerdict) -> RealNameStatus:
    return RealNameStatus.VERIFIED if verdict is RealNameVerdict.MATCH else RealNameStatus.UNVERIFIED
