"""人口信息库模拟器: gives every verdict there is, always the same one for the same person."""

from domain.codes import RealNameVerdict
from domain.identity_numbers import is_identity_number

_BY_CHECK_CHARACTER = {
    "8": RealNameVerdict.MISMATCH,
    "9": RealNameVerdict.UNKNOWN_PERSON,
    "X": RealNameVerdict.UNAVAILABLE,
}


class SimulatedPopulationRegistry:
    """By the last character of the identity number alone: `0` to `7` matches any name. A malformed one is nobody's."""

    async def verify(self, name: str, identity_number: str) -> RealNameVerdict:  # noqa: ARG002 # it knows no names
        if not is_identity_number(identity_number):
            return RealNameVerdict.UNKNOWN_PERSON
        return _BY_CHECK_CHARACTER.get(identity_number[-1], RealNameVerdict.MATCH)

    async def close(self) -> None:
        """Has nothing open."""
