from dataclasses import dataclass

from domain.codes import HistoryKind, RequestKind, Tier

COUNTY = frozenset({Tier.COUNTY_OR_ABOVE})
APPROVING = frozenset({Tier.APPROVING_COMMITTEE, Tier.COUNTY_OR_ABOVE})


@dataclass(frozen=True, slots=True)
class Leaving:
    """减少: a request by which a member leaves, once it is approved by an administrator of one of those tiers."""

    kind: RequestKind
    decided_by: frozenset[Tier]
    archived_as: HistoryKind
