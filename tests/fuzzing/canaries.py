"""金丝雀: values that are planted where somebody may not see them, and looked for in all that is answered.

A canary reads 藏, what it is, the number of its record, and 止: `藏名1234止` is the name of member 1234.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import psycopg

from schema.identifiers import encoded
from storage.engine import libpq_url

_CANARY = re.compile("藏(.)([0-9]+)止")
_IDENTITY_NUMBER = re.compile("[0-9]{17}[0-9X]")
_PHONE = re.compile("(?<![0-9])1[0-9]{10}(?![0-9])")

NAME, ADDRESS, ORGANIZATION, ACCOUNT, REASON, PRIVATE, SECRET = "名址机员因私密"

_PLANT = """
UPDATE members SET name = left(name, 1) || '藏名' || id || '止', home_address = '山东省济南市藏址' || id || '止';
UPDATE organizations SET name = name || '藏机' || id || '止';
INSERT INTO accounts (subject, name, identity_number, phone, role, organization_id, org_path, state, password_hash)
SELECT 'account-' || m.id, '藏员' || m.id || '止', '99' || lpad(m.id::text, 15, '0') || 'X',
       '199' || lpad(m.id::text, 8, '0'), 'ADMINISTRATOR', o.id, o.path, 'ACTIVE', '藏密' || m.id || '止'
FROM members m JOIN organizations o ON o.id = m.branch_id WHERE m.id % 50 = 0;
INSERT INTO approval_requests (kind, state, member_id, member_name, branch_id, org_path, reason, requested_by,
                               requested_at, requester_organization_id, requester_path, version)
SELECT 'EXPULSION', 'PENDING', m.id, m.name, o.id, o.path, '藏因' || m.id || '止', 'somebody', now(), o.id, o.path, 1
FROM members m JOIN organizations o ON o.id = m.branch_id WHERE m.id % 20 = 1;
INSERT INTO saved_queries (owner, organization_id, name, subject, is_shared, question, version, created_at, updated_at)
SELECT 'somebody', o.id, '藏私' || o.id || '止', 'MEMBERS', false, '藏私' || o.id || '止', 1, now(), now()
FROM organizations o WHERE o.id % 10 = 0;
INSERT INTO clients (client_id, kind, name, organization_id, secret_hash, state)
SELECT 'partner-' || o.id, 'PARTNER', '合作系统', o.id, '藏密' || o.id || '止', 'ACTIVE'
FROM organizations o WHERE o.id % 100 = 0;
"""
_MEMBERS = "SELECT id, org_path, identity_number, phone FROM members"
_ACCOUNTS = "SELECT substr(subject, 9)::bigint, org_path, identity_number, phone FROM accounts"
_REGISTERED = (
    "SELECT a.member_id, m.org_path, NULL, a.phone FROM member_accounts a JOIN members m ON m.id = a.member_id"
)


@dataclass(frozen=True, slots=True)
class Sight:
    """What a caller may see of whom: columns that are shown whole, of records below `path`."""

    path: str
    shown: frozenset[str]
    """As `Member.name`."""


@dataclass
class Canaries:
    """Where each record lies, and whose each number is."""

    paths: dict[tuple[str, int], str] = field(default_factory=dict)
    numbers: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """A number → the columns that hold it, each with the path."""

    met: int = 0
    """How often one was answered, mostly to somebody who may see it."""

    def note(self, table: str, path: str, identity_number: str | None, phone: str | None) -> None:
        for column, number in (("identity_number", identity_number), ("phone", phone)):
            if number is not None:
                self.numbers.setdefault(number, []).append((f"{table}.{column}", path))

    def ids_below(self, path: str) -> Mapping[str, Sequence[str]]:
        """By type. Accounts and requests are numbered otherwise than the members whose canaries they have."""
        found: dict[str, list[str]] = {}
        for kind, name in ((NAME, "Member"), (ORGANIZATION, "Organization")):
            found[name] = [
                encoded(name, n) for (k, n), place in self.paths.items() if k == kind and place.startswith(path)
            ]
        for name in ("Account", "ApprovalRequest"):
            found[name] = [encoded(name, number) for number in range(1, 30)]
        return found

    def leaked(self, text: str, sight: Sight) -> list[str]:
        """What stands in the text and may not be seen."""
        self.met += len(_CANARY.findall(text))
        canaries = [found[0] for found in _CANARY.finditer(text) if not self._may_see(found[1], int(found[2]), sight)]
        numbers = [*_IDENTITY_NUMBER.findall(text), *_PHONE.findall(text)]
        return canaries + [number for number in numbers if number in self.numbers and not self._whole(number, sight)]

    def _may_see(self, kind: str, number: int, sight: Sight) -> bool:
        if kind == ORGANIZATION:
            path = self.paths[ORGANIZATION, number]
            return path.startswith(sight.path) or sight.path.startswith(path)
        columns = _COLUMNS.get(kind)
        if columns is None:
            return False
        return columns <= sight.shown and self.paths[kind, number].startswith(sight.path)

    def _whole(self, number: str, sight: Sight) -> bool:
        return any(column in sight.shown and path.startswith(sight.path) for column, path in self.numbers[number])


_COLUMNS: Mapping[str, set[str]] = {
    NAME: {"Member.name"},
    ADDRESS: {"Member.home_address"},
    ACCOUNT: {"Account.name"},
    REASON: {"ApprovalRequest.reason"},
}
"""Others nobody may see."""


def plant(url: str) -> Canaries:
    """In a database of one's own."""
    found = Canaries()
    with psycopg.connect(libpq_url(url), autocommit=True) as connection:
        connection.execute(_PLANT.encode())
        for kinds, table, query in (
            ((NAME, ADDRESS, REASON), "Member", _MEMBERS),
            ((ACCOUNT,), "Account", _ACCOUNTS),
            ((), "MemberAccount", _REGISTERED),
        ):
            for number, path, identity_number, phone in connection.execute(query.encode()):
                found.paths.update({(kind, number): path for kind in kinds})
                found.note(table, path, identity_number, phone)
        paths = connection.execute("SELECT id, path FROM organizations")
        found.paths.update({(ORGANIZATION, number): path for number, path in paths})
    return found
