"""待我审批, whatever happens: who applies what is told holds what the list gives, and pays for nothing of others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from random import Random
from typing import Any

import pytest

from auth.actor import Actor, Role
from auth.live_matrix import LiveMatrix
from dataloaders.loaders import Loaders
from domain.clock import system_clock
from domain.codes import OrganizationKind, RequestKind
from domain.records import MemberRecord, OrganizationRecord
from resolvers.context import RequestContext
from resolvers.requests_to_decide import ToldRequest, follow_requests_to_decide
from schema.identifiers import encoded, number_of
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database, connect
from tests.api.test_approvals import SUBMIT, Office, county_above, settle
from tests.api.test_designations import DESIGNATE
from tests.api.test_statement_counts import counted
from tests.asking import Caller
from tests.desks import FOLLOW, Desk, ask_directly
from tests.event_streams import event_stream
from tests.listened import ListenedRegister, listened_to
from tests.numbered import numbered
from tests.oracle import Register
from tests.sockets import socket

STEPS = 120
LEAVING = ("EXPULSION", "SUSPENSION", "DEATH", "OTHER_REMOVAL")


@pytest.fixture
async def listened(own_province_url: str, province_committee: OrganizationRecord) -> AsyncIterator[ListenedRegister]:
    async with listened_to(own_province_url, province_committee, "compiled") as listened:
        yield listened


class Chance:
    """Several officers, who ask and decide as it comes."""

    def __init__(self, office: Office, url: str, people: list[Caller], chief: Caller, seed: int) -> None:
        self.office, self.url, self.people, self.chief = office, url, people, chief
        self.random = Random(seed)  # noqa: S311 # data, not secrets
        members = list(office.members)
        self.members, self.unasked = members[::2], members[1::2]
        self.asked: list[dict[str, Any]] = []

    async def acts(self) -> None:
        """Refused, as often as not: it is another's to decide, or was decided already."""
        ways = (self._asks, self._asks, self._asks_directly, self._settles, self._settles, self._designates)
        await self.random.choice(ways)()

    async def _asks(self) -> None:
        """NOT_FOUND, when the member has left by then."""
        member = self.random.choice(self.members)
        caller = self.random.choice([*self.people, self.office.branch_of(member)])
        given = {"kind": self.random.choice(LEAVING), "memberId": encoded("Member", member.id), "reason": "-"}
        data = (await caller.post(SUBMIT, {"input": given})).json()["data"]
        request = data and data["submitLeaving"]["request"]
        if request is not None:
            self.asked.append(request)

    async def _asks_directly(self) -> None:
        if self.unasked:
            kind = self.random.choice((RequestKind.REAL_NAME_FILING, RequestKind.DEATH))
            self.asked.append({"id": ask_directly(self.url, self.unasked.pop(), kind)})

    async def _settles(self) -> None:
        """Two at once, who may be after the same."""
        steps = ("rejectRequest", "rejectRequest", "withdrawRequest", "approveRequest")
        await asyncio.gather(
            *(
                settle(self.random.choice(self.people), self.random.choice(steps), self.random.choice(self.asked[-6:]))
                for _ in range(2)
                if self.asked
            )
        )

    async def _designates(self) -> None:
        if self.random.random() < 0.5:
            files = self.random.random() < 0.5
            given = {"organizationId": encoded("Organization", self.office.county.id), "canFileRealNames": files}
            await self.chief.ask(DESIGNATE, {"input": given})


@pytest.mark.parametrize("seed", [1, 2])
async def test_whatever_officers_do_the_stream_ends_as_the_list(
    listened: ListenedRegister, register: Register, approving_committee: OrganizationRecord,
    province_committee: OrganizationRecord, seed: int,
) -> None:  # fmt: skip
    free = [
        member for member in register.members_in(approving_committee)
        if not member.transfer_in_progress and member.branch_id != approving_committee.id
    ]  # fmt: skip
    county = county_above(register, approving_committee)
    last, *others = free
    office = Office(listened.api, register, county, approving_committee, iter(others[:80]))
    people = [
        office.person(province_committee),
        office.person(county),
        office.person(county, "a colleague"),
        office.person(approving_committee),
    ]
    chance = Chance(office, listened.url, people, listened.api.as_(province_committee, Role.SECURITY_OFFICER), seed)
    for _ in range(10):
        await chance.acts()
    async with AsyncExitStack() as stack:
        desks = [await opened(listened, stack, caller, number) for number, caller in enumerate(people)]
        applying = [asyncio.create_task(applied_until_told(desk, last)) for desk in desks]
        for _ in range(STEPS):
            await chance.acts()
        ask_directly(listened.url, last, RequestKind.DEATH, "the last")
        await asyncio.gather(*applying)
        for desk, caller in zip(desks, people, strict=True):
            await desk.require_same_as_listed_for(caller)
    assert {kind for desk in desks for kind in desk.kinds} >= {"STANDING", "ADDED", "REMOVED"}


async def opened(listened: ListenedRegister, stack: AsyncExitStack, caller: Caller, number: int) -> Desk:
    """Every other one over server-sent events."""
    if number % 2:
        stream = await stack.enter_async_context(event_stream(listened.place, caller.token, FOLLOW))
        return Desk(stream.next_data)
    following = await stack.enter_async_context(socket(listened.place, caller.token))
    await following.subscribe(FOLLOW)
    return Desk(following.next_data)


async def applied_until_told(desk: Desk, last: MemberRecord) -> None:
    """Of what is asked about that member, after everything else."""
    member = encoded("Member", last.id)
    while not any((request["member"] or {}).get("id") == member for request in desk.held.values()):
        await desk.takes()


# -- what it costs


@pytest.fixture
async def database(own_province_url: str) -> AsyncIterator[Database]:
    async with connect(own_province_url, connections=2) as database:
        yield database


def follow(database: Database, organization: OrganizationRecord) -> Any:
    actor = Actor("somebody", Role.ADMINISTRATOR, organization)
    permissions = DEFAULT_PERMISSIONS.permissions_of(actor.role, actor.tier, actor.scopes)
    matrix, loaders = LiveMatrix(DEFAULT_PERMISSIONS, database), Loaders(database, actor.scope)
    return follow_requests_to_decide(
        RequestContext(actor, permissions, matrix, database, loaders, system_clock, "en", b"")
    )


async def test_what_is_not_ones_own_to_decide_costs_no_statement(
    database: Database, own_province_url: str, register: Register
) -> None:
    """Each asks about what happens in the own scope alone, and who decides nothing about nothing."""
    here, there = [o for o in register.of_kind(OrganizationKind.COUNTY) if len(register.members_in(o)) > 3][:2]
    member = next(m for m in register.members_in(here) if register.organizations[m.branch_id].kind == "BRANCH")
    branch = register.organizations[member.branch_id]
    async with AsyncExitStack() as stack:
        county, *branches = [await begun(stack, follow(database, o)) for o in (here, *[branch] * 5)]
        waiting = [asyncio.create_task(anext(following)) for following in branches]
        for other in register.members_in(there)[:3]:
            ask_directly(own_province_url, other, RequestKind.DEATH, "another")
        request = ask_directly(own_province_url, member, RequestKind.DEATH, "another")
        await numbered(own_province_url)
        with counted(database) as statements:
            told: ToldRequest = await anext(county)
            await asyncio.wait(waiting, timeout=0)
        assert not any(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    assert (told.total, told.number) == (1, number_of("ApprovalRequest", request))
    assert len([statement for statement in statements if "approval_requests" in statement]) == 1


async def begun(stack: AsyncExitStack, following: Any) -> Any:
    await stack.enter_async_context(aclosing(following))
    await anext(following)
    return following
