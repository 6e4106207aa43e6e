"""What the files of this folder are made of: one object for each kind of request."""

from dataclasses import dataclass
from enum import Enum, auto

from domain.codes import HistoryKind, RequestKind, Tier

COUNTY = frozenset({Tier.COUNTY_OR_ABOVE})
APPROVING = frozenset({Tier.APPROVING_COMMITTEE, Tier.COUNTY_OR_ABOVE})


class Asker(Enum):
    """Who may ask, of those in whose subtree the member hangs, or is to hang."""

    ADMINISTRATOR = auto()
    APPROVING_COMMITTEE = auto()
    BRANCH = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalKind:
    """审批事项: administrators of the tiers `decided_by` decide, of `is_designated` ones those alone whose
    organisation is designated for it (实名备案审批权限).

    Once it is approved, a person who was not in the register enters; of a member the record is as the request has it.
    """

    kind: RequestKind
    decided_by: frozenset[Tier]
    asked_by: Asker = Asker.ADMINISTRATOR
    is_designated: bool = False
    needs_attachments: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving(ApprovalKind):
    """减少: once it is approved, the member leaves for history."""

    archived_as: HistoryKind
