"""What waits for somebody's decision, as a front end holds it that applies the events of `requestsToDecide`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, connect

from domain.codes import RequestKind
from domain.records import MemberRecord
from schema.identifiers import encoded
from storage.engine import libpq_url
from tests.asking import Api, Caller

REQUEST = "id kind state reason version member { id }"
FOLLOW = f"subscription {{ requestsToDecide {{ kind totalCount requestId request {{ {REQUEST} }} waiting {{ {REQUEST} }} }} }}"
LIST = f"{{ approvalRequests(which: TO_DECIDE, first: 1000) {{ totalCount nodes {{ {REQUEST} }} }} }}"
SUBMIT = """INSERT INTO approval_requests (kind, state, member_id, member_name, branch_id, org_path, reason,
  requested_by, requested_at, requester_organization_id, requester_path, version)
SELECT %s, 'PENDING', id, name, branch_id, org_path, '-', %s, now(), branch_id, org_path, 1 FROM members WHERE id = %s
RETURNING id"""


def ask_directly(url: str, member: MemberRecord, kind: RequestKind, subject: str = "somebody") -> str:
    """The global id of a request; so that any kind can be asked for without its proof."""
    with connect(libpq_url(url)) as connection:
        return ask_on(connection, member, kind, subject)


def ask_on(connection: Connection, member: MemberRecord, kind: RequestKind, subject: str = "somebody") -> str:
    """In the transaction of the connection."""
    [[number]] = connection.execute(SUBMIT.encode(), (kind.value, subject, member.id)).fetchall()
    return encoded("ApprovalRequest", int(number))


@dataclass
class Desk:
    """`next_data` gives the next event of the stream."""

    next_data: Callable[[], Awaitable[dict[str, Any]]]
    held: dict[str, Any] = field(default_factory=dict)
    total: int = -1
    kinds: list[str] = field(default_factory=list)

    async def takes(self) -> tuple[str, str | None]:
        """The next event: its kind, and what it is about."""
        event = (await self.next_data())["requestsToDecide"]
        kind, number = event["kind"], event["requestId"]
        self.kinds.append(kind)
        self.total = event["totalCount"]
        if kind == "STANDING":
            assert (number, event["request"]) == (None, None)
            self.held = {request["id"]: request for request in event["waiting"]}
        else:
            assert event["waiting"] is None
            assert (number in self.held) is (kind != "ADDED"), kind
            if kind == "REMOVED":
                del self.held[number]
            else:
                self.held[number] = event["request"]
        assert self.total == len(self.held)
        return kind, number

    async def require_same_as_listed_for(self, caller: Caller) -> None:
        """By a server that has just started: one that has served before knows what the caller's organisation may decide
        as it was a second ago, and what is told goes by now."""
        started = Api(caller.api.database, key=caller.api.key)
        listed = (await Caller(started, caller.token).ask(LIST))["approvalRequests"]
        await started.http.aclose()
        assert self.held == {request["id"]: request for request in listed["nodes"]}
        assert self.total == listed["totalCount"]
