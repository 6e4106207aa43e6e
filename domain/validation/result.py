"""校验结果: what checks have found."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class ResultRecord(NamedTuple):
    """One breach of one rule by one current member."""

    member_id: int
    rule: str
    org_path: str
    found_at: datetime


@dataclass(frozen=True, slots=True)
class SeverityCount:
    """How many breaches of one severity there are, and how many members they are of."""

    breaches: int = 0
    members: int = 0

    def __add__(self, other: "SeverityCount") -> "SeverityCount":
        """Of other members."""
        return SeverityCount(self.breaches + other.breaches, self.members + other.members)
