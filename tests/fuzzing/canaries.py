"""金丝雀: values that are planted where somebody may not see them, and looked for in all that is answered.

A canary reads 藏, what it is, the number of its record, and 止: `藏名1234止` is the name of member 1234. Where only numbers
are told, the numbers are known.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

_CANARY = re.compile("藏(.)([0-9]+)止")
_IDENTITY_NUMBER = re.compile("[0-9]{17}[0-9X]")
_PHONE = re.compile("(?<![0-9])1[0-9]{10}(?![0-9])")
_ROWS = re.compile("(?<![0-9A-Za-z])19[0-9]{8}(?![0-9A-Za-z])")
NUMBERS = (_IDENTITY_NUMBER, _PHONE, _ROWS)

Paths = tuple[str, ...]
"""Where a record lies: in one place or, as a request does, in that of whom it is about and of who asked."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see of whom: columns that are shown whole, of records below `path`."""

    path: str
    shown: frozenset[str]
    """As `Member.name`."""


class Place(Enum):
    """From where a record is seen."""

    ABOVE = auto()
    """From its own place, and from above."""

    BELOW = auto()
    """From its own place, and from below."""

    ALONG = auto()
    """From both."""

    HERE = auto()
    ANYWHERE = auto()

    def is_seen_from(self, path: str, lies: str) -> bool:
        match self:
            case Place.ABOVE:
                return lies.startswith(path)
            case Place.BELOW:
                return path.startswith(lies)
            case Place.ALONG:
                return lies.startswith(path) or path.startswith(lies)
            case Place.HERE:
                return path == lies
            case Place.ANYWHERE:
                return True


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may see a canary: whom the record may be shown, and all columns of one of these sets."""

    columns: tuple[frozenset[str], ...]
    place: Place = Place.ABOVE

    def allows(self, sight: Sight, paths: Paths) -> bool:
        is_shown = any(each <= sight.shown for each in self.columns)
        return is_shown and any(self.place.is_seen_from(sight.path, path) for path in paths)


def _seen(*columns: str, place: Place = Place.ABOVE) -> Rule:
    """By whoever sees one of the columns; `A+B` are seen together."""
    return Rule(tuple(frozenset(each.split("+")) for each in columns), place)


_NOBODY = Rule(())

NAME, ADDRESS, ORGANIZATION, ACCOUNT, REASON, PRIVATE, SECRET = "名址机员因私密"
FORMER_NAME, FORMER_ADDRESS, LEFT = "旧居离"
APPLICANT, OPINION, RESTORED, PURGED, FROM, TO = "申见回删原改"
ENTRY, ENTRY_OF_NONE, SHARED, QUESTION, ATTACHED, PROOF, STAGED = "审无享问附证件"
CANCELLED, PARTNER, HOOK, NOTE = "销伴钩版"

KINDS: Mapping[str, Rule] = {
    NAME: _seen("Member.name", "HistoryMember.name"),
    ADDRESS: _seen("Member.home_address", "HistoryMember.home_address"),
    ORGANIZATION: _seen("Organization.name", place=Place.ALONG),
    ACCOUNT: _seen("Account.name", "ApprovalRequest.requester_name", "ApprovalRequest.decider_name"),
    FORMER_NAME: _seen("HistoryMember.name", "Member.name"),
    FORMER_ADDRESS: _seen("HistoryMember.home_address", "Member.home_address"),
    LEFT: _seen("HistoryMember.reason"),
    REASON: _seen("ApprovalRequest.reason", "HistoryMember.reason"),
    APPLICANT: _seen("ApprovalRequest.member_name"),
    OPINION: _seen("ApprovalRequest.opinion"),
    RESTORED: _seen("ApprovalRequest.restored_because"),
    PURGED: _seen("ApprovalRequest.purged_because"),
    FROM: _seen("ApprovalRequest.changes+Member.home_address"),
    TO: _seen("ApprovalRequest.changes+Member.home_address", "Member.home_address"),
    ENTRY: _seen("AuditEntry.details"),
    ENTRY_OF_NONE: _NOBODY,  # but the top organisation's auditors, of whom there is none here
    SHARED: _seen("SavedQuery.name", place=Place.BELOW),
    QUESTION: _seen("SavedQuery.where+Member.home_address", place=Place.BELOW),
    ATTACHED: _seen("Attachment.name"),
    PROOF: _seen("Attachment.name+ApprovalRequest.attachments", "Attachment.name+Member.attachments"),
    STAGED: _NOBODY,
    CANCELLED: _seen("MemberAccount.cancelled_because"),
    PARTNER: _seen("Partner.name"),
    HOOK: _seen("Webhook.address"),
    NOTE: _seen("PermissionVersion.note", place=Place.ANYWHERE),
    PRIVATE: _NOBODY,
    SECRET: _NOBODY,
}

OTHERS_ROWS, OWN_ROWS = "rows of others' exports", "Export.rows_total"
_PLACES_OF_NUMBERS = {OWN_ROWS: Place.HERE}
"""Of numbers that are not seen from above. Those of a column that nobody is shown are nobody's."""


_MANY_OTHERS = 4
"""Ids of records within a scope for each one of another: what is not the caller's is asked for too."""


@dataclass
class Canaries:
    """Where each record lies, and whose each number is."""

    paths: dict[tuple[str, int], Paths] = field(default_factory=dict)
    numbers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """A number → the columns that hold it, each with the path."""

    ids: dict[str, list[tuple[str, Paths]]] = field(default_factory=dict)
    """Type → the global ids of its records, each with where it lies."""

    met: Counter[str] = field(default_factory=Counter)
    """How often one of a kind was answered, mostly to somebody who may see it."""

    _ids: dict[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)

    def ids_from(self, path: str) -> Mapping[str, Sequence[str]]:
        """By type, those to ask for from that place; `Node`: of all types, some."""
        if path not in self._ids:
            found = {kind: self._some(known, path) for kind, known in self.ids.items()}
            every = [number for ids in found.values() for number in ids[:: len(ids) // 10 + 1]]
            self._ids[path] = {**found, "Node": every}
        return self._ids[path]

    def _some(self, known: Sequence[tuple[str, Paths]], path: str) -> list[str]:
        within = [number for number, paths in known if any(each.startswith(path) for each in paths)]
        others = [number for number, paths in known if not any(each.startswith(path) for each in paths)]
        return within + others[:: len(others) // (len(within) // _MANY_OTHERS + 1) + 1]

    def note(self, column: str, path: str, number: str | None) -> None:
        if number is not None:
            self.numbers.setdefault(number, []).append((column, path))

    def leaked(self, text: str, sight: Sight) -> list[str]:
        """What stands in the text and may not be seen."""
        found = [(each[0], each[1], int(each[2])) for each in _CANARY.finditer(text)]
        self.met.update(kind for _, kind, _ in found)
        canaries = [canary for canary, kind, number in found if not self._may_see(kind, number, sight)]
        numbers = [number for form in NUMBERS for number in form.findall(text) if number in self.numbers]
        self.met.update(column for number in numbers for column, _ in self.numbers[number])
        return canaries + [number for number in numbers if not self._whole(number, sight)]

    def _may_see(self, kind: str, number: int, sight: Sight) -> bool:
        """What is in no list was made up by whoever asked."""
        return KINDS[kind].allows(sight, self.paths.get((kind, number), ()))

    def _whole(self, number: str, sight: Sight) -> bool:
        return any(
            column in sight.shown and _PLACES_OF_NUMBERS.get(column, Place.ABOVE).is_seen_from(sight.path, path)
            for column, path in self.numbers[number]
        )
