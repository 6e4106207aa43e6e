"""Random lives of records, by random people: the server does what a model in plain Python says, and records each step."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Text, func, select, update

from domain.codes import OrganizationKind, Role
from domain.members import draft_of, problems_of
from domain.records import MemberRecord, OrganizationRecord
from schema.identifiers import encoded
from server.gateways import Gateways
from server.gateways.population_simulator import SimulatedPopulationRegistry
from storage.engine import connect
from storage.models import AuditEntry, ChangeOutbox, HistoryMember, Member, MemberAccount
from tests.api.phone_desk import is_registered
from tests.asking import AUDIT_KEY, Api, Caller
from tests.file_contents import pdf
from tests.new_people import MATCHING, MISMATCHING, new_number
from tests.oracle import Register
from tests.uploading import staged

LEAVINGS = {"EXPULSION": "committee", "DEATH": "committee", "SUSPENSION": "county", "OTHER_REMOVAL": "county"}
KINDS = {**LEAVINGS, "RENAME": "county", "REAL_NAME_FILING": "county"}
"""Kind → the lowest place that decides it."""
ASKING = ("submitLeaving", "renameMember", "submitRealNameFiling")
PLACES = ("branch", "committee", "county")
WHO = [f"{place} {number}" for place in PLACES for number in (1, 2)]
_people = st.sampled_from(WHO)
_mostly_branches = st.one_of(st.sampled_from(WHO[:2]), _people)


def place_of(who: str) -> str:
    return who.partition(" ")[0]


@dataclass
class Pending:
    id: str
    kind: str
    asked_by: str
    name: str = ""
    """That is asked for."""


@dataclass
class Record:
    """What the model knows of one member."""

    member: MemberRecord
    version: int
    is_current: bool = True
    is_purged: bool = False
    left_by: str = ""
    """The kind of the request that was approved last."""
    is_moving: bool = False
    pending: Pending | None = None
    last_id: str | None = None
    """Of the request that was settled last."""
    steps: int = 0
    name: str = ""
    name_status: str = ""
    is_confirmed: bool = False
    """Whether the registry confirms whatever name."""
    account: str | None = None
    """The state of the member's own account, if there is one."""


@dataclass
class World:
    """The server, and who calls it."""

    api: Api
    runner: asyncio.Runner
    members: Iterator[MemberRecord]
    committee: OrganizationRecord
    county: OrganizationRecord
    register: Register

    def ask(self, who: str, member: MemberRecord, mutation: str, given: dict[str, Any]) -> list[str]:
        """The codes of what stood in the way, and of errors."""
        payload = self.payload(who, member, mutation, given)
        return [error["code"] for error in payload["errors"]]

    def payload(self, who: str, member: MemberRecord, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        shown = "request { id }" if mutation in ASKING else ""
        query = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {shown} errors {{ code }} }} }}"
        answer = self.runner.run(self._caller(who, member).post(query, {"input": given})).json()
        if "errors" in answer:
            return {"request": None, "errors": [error["extensions"] for error in answer["errors"]]}
        payload: dict[str, Any] = answer["data"][mutation]
        return payload

    def upload(self, who: str, member: MemberRecord) -> str:
        """The id of a file that proves whatever is asked for."""
        return str(self.runner.run(staged(self._caller(who, member), pdf(), "a.pdf"))["id"])

    def give_number(self, member: MemberRecord, number: str) -> None:
        self.runner.run(self._give_number(member, number))

    async def _give_number(self, member: MemberRecord, number: str) -> None:
        async with self.api.database.writing() as session:
            await session.execute(update(Member).where(Member.id == member.id).values(identity_number=number))

    def _caller(self, who: str, member: MemberRecord) -> Caller:
        role = Role.PARTNER if who == "partner" else Role.ADMINISTRATOR
        places = {"branch": self.register.organizations[member.branch_id], "committee": self.committee}
        token = self.api.authority.issue(who, role, places.get(place_of(who), self.county), timedelta(hours=1))
        return Caller(self.api, token)

    def number(self, statement: Any) -> int:
        return self.runner.run(self.api.database.number(statement))

    def rows(self, statement: Any) -> list[tuple[Any, ...]]:
        return list(self.runner.run(self.api.database.rows(statement)))


class Life(RuleBasedStateMachine):
    """One member's record, again and again."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        member = next(self.world.members)
        self.record = Record(member, member.version, account="ACTIVE" if is_registered(member) else None)
        self.record.name, self.record.name_status = member.name, member.real_name_status
        self.id = encoded("Member", member.id)
        self.told: Counter[str] = Counter()

    @initialize(is_confirmed=st.booleans())
    def is_known_to_the_registry(self, *, is_confirmed: bool) -> None:
        self.record.is_confirmed = is_confirmed
        self.told["MEMBER_CHANGED"] += 1
        self.world.give_number(self.record.member, new_number(MATCHING if is_confirmed else MISMATCHING))

    def said(self, who: str, mutation: str, **given: Any) -> list[str]:
        return self.world.ask(who, self.record.member, mutation, given)

    def done(self, *, changes_record: bool) -> None:
        self.record.steps += 1
        self.record.version += changes_record
        self.told["MEMBER_CHANGED"] += changes_record

    @rule(who=_people, kind=st.sampled_from(sorted(LEAVINGS)))
    def submit(self, who: str, kind: str) -> None:
        given = {"kind": kind, "memberId": self.id, "reason": "情况属实"}
        payload = self.world.payload(who, self.record.member, "submitLeaving", given)
        said = [error["code"] for error in payload["errors"]]
        if not self.record.is_current:
            assert said == ["NOT_FOUND"]
            return
        obstacles = ["TRANSFER_IN_PROGRESS"] * self.record.is_moving + ["REQUEST_PENDING"] * bool(self.record.pending)
        assert said == obstacles
        if not obstacles:
            self.record.pending = Pending(payload["request"]["id"], kind, who)
            self.done(changes_record=False)

    @rule(who=_mostly_branches, name=st.sampled_from(["欧阳建国", "欧阳爱国"]), proves=st.booleans())
    def rename(self, who: str, name: str, *, proves: bool) -> None:
        given: dict[str, Any] = {"id": self.id, "name": name, "reason": "户籍更名"}
        if proves:
            given["attachmentIds"] = [self.world.upload(who, self.record.member)]
        payload = self.world.payload(who, self.record.member, "renameMember", given)
        said = [error["code"] for error in payload["errors"]]
        if not self.record.is_current:
            assert said == ["NOT_FOUND"]
            return
        refused = ["NOT_YOURS_TO_ASK"] * (place_of(who) != "branch") + ["NAME_UNCHANGED"] * (name == self.record.name)
        if not refused and self.record.pending:
            refused = ["REQUEST_PENDING"]
        if not refused and not self.record.is_confirmed and not proves:
            refused = ["REAL_NAME_UNCONFIRMED", "ATTACHMENTS_REQUIRED"]
        assert said == refused
        if refused:
            return
        if self.record.is_confirmed:
            self.record.name, self.record.name_status = name, "VERIFIED"
        else:
            self.record.pending = Pending(payload["request"]["id"], "RENAME", who, name)
        self.done(changes_record=self.record.is_confirmed)

    @rule(who=_people)
    def file_name(self, who: str) -> None:
        proof = [self.world.upload(who, self.record.member)]
        given = {"memberId": self.id, "reason": "查无此人", "attachmentIds": proof}
        payload = self.world.payload(who, self.record.member, "submitRealNameFiling", given)
        said = [error["code"] for error in payload["errors"]]
        if not self.record.is_current:
            assert said == ["NOT_FOUND"]
            return
        refused = ["ALREADY_VERIFIED"] * (self.record.name_status != "UNVERIFIED")
        refused += ["REQUEST_PENDING"] * bool(self.record.pending)
        assert said == refused
        if not refused:
            self.record.pending = Pending(payload["request"]["id"], "REAL_NAME_FILING", who)
            self.done(changes_record=False)

    @precondition(lambda self: self.record.pending or self.record.last_id)
    @rule(who=_people, approves=st.booleans())
    def decide(self, who: str, *, approves: bool) -> None:
        pending = self.record.pending
        asked = pending.id if pending else self.record.last_id
        said = self.said(who, "approveRequest" if approves else "rejectRequest", id=asked, opinion="同意")
        if pending is None:
            assert said == ["ALREADY_DECIDED"]
            return
        refused = ["SELF_DECISION"] * (who == pending.asked_by)
        refused += ["TIER_INSUFFICIENT"] * (PLACES.index(place_of(who)) < PLACES.index(KINDS[pending.kind]))
        if not refused and approves and pending.kind in LEAVINGS and self.record.is_moving:
            refused = ["TRANSFER_IN_PROGRESS"]
        assert said == refused
        if not refused:
            self.settled()
            if approves:
                self.approved(pending)

    @precondition(lambda self: self.record.pending)
    @rule()
    def approve(self) -> None:
        """By somebody of the county, so that random lives come so far."""
        pending, record = self.record.pending, self.record
        assert pending is not None
        who = next(each for each in ("county 1", "county 2") if each != pending.asked_by)
        said = self.said(who, "approveRequest", id=pending.id, opinion="同意")
        assert said == ["TRANSFER_IN_PROGRESS"] * (pending.kind in LEAVINGS and record.is_moving)
        if not said:
            self.settled()
            self.approved(pending)

    def approved(self, pending: Pending) -> None:
        if pending.kind in LEAVINGS:
            self.record.is_current, self.record.left_by = False, pending.kind
            self.told["MEMBER_LEFT"] += 1
            self.turn_account("ACTIVE", "DISABLED")
            return
        self.record.version += 1
        self.told["MEMBER_CHANGED"] += 1
        if pending.kind == "REAL_NAME_FILING":
            self.record.name_status = "FILED"
        else:
            self.record.name = pending.name
            was_verified = self.record.name_status == "VERIFIED"
            self.record.name_status = "UNVERIFIED" if was_verified else self.record.name_status

    def turn_account(self, of: str, into: str) -> None:
        if self.record.account == of:
            self.record.account = into

    @precondition(lambda self: self.record.pending)
    @rule(who=_people)
    def withdraw(self, who: str) -> None:
        assert self.record.pending is not None
        said = self.said(who, "withdrawRequest", id=self.record.pending.id)
        if place_of(who) == place_of(self.record.pending.asked_by):
            assert said == []
            self.settled()
        else:
            assert said == ["NOT_THE_REQUESTER"]

    def settled(self) -> None:
        assert self.record.pending is not None
        self.record.last_id, self.record.pending = self.record.pending.id, None
        self.done(changes_record=False)

    @rule(who=_people, position=st.sampled_from(["FARMER", "RETIRED"]), late=st.booleans())
    def edit(self, who: str, position: str, *, late: bool) -> None:
        version = self.record.version - late
        given = {"id": self.id, "version": version, "workPosition": position}
        before = self.world.number(_entries_of(self.record.member.id))
        said = self.said(who, "updateMember", **given)
        if not self.record.is_current:
            assert said == ["NOT_FOUND"]
        elif late:
            assert said == ["CONFLICT"]
        else:
            assert said == []
            if self.world.number(_entries_of(self.record.member.id)) > before:
                self.done(changes_record=True)

    @rule(begins=st.booleans())
    def move(self, *, begins: bool) -> None:
        said = self.said("partner", "beginTransfer" if begins else "cancelTransfer", id=self.id)
        if not self.record.is_current:
            assert said == ["NOT_FOUND"]
        elif begins is self.record.is_moving:
            assert said == ["TRANSFER_IN_PROGRESS" if begins else "NO_TRANSFER_IN_PROGRESS"]
        else:
            assert said == []
            self.record.is_moving = begins
            self.done(changes_record=True)

    @rule(who=_people)
    def restore(self, who: str) -> None:
        said = self.said(who, "restoreMember", id=encoded("HistoryMember", self.record.member.id), reason="误报")
        if self.record.is_current or self.record.is_purged:
            assert said == ["NOT_FOUND"]
        elif place_of(who) != "county":
            assert said == ["TIER_INSUFFICIENT"]
        else:
            assert said == []
            self.record.is_current = True
            self.turn_account("DISABLED", "ACTIVE")
            self.done(changes_record=True)
            self.told += Counter(MEMBER_CHANGED=-1, MEMBER_RESTORED=1)

    @rule(who=_people)
    def purge(self, who: str) -> None:
        said = self.said(who, "purgeMember", id=encoded("HistoryMember", self.record.member.id), reason="重复登记")
        if self.record.is_current or self.record.is_purged:
            assert said == ["NOT_FOUND"]
            return
        refused = ["TIER_INSUFFICIENT"] * (place_of(who) != "county")
        refused += ["KIND_UNFIT"] * (self.record.left_by != "OTHER_REMOVAL")
        assert said == refused
        if not refused:
            self.record.is_purged, self.record.account = True, None
            self.told["HISTORY_MEMBER_ERASED"] += 1
            self.done(changes_record=False)

    @rule(who=_people)
    def release_phone(self, who: str) -> None:
        said = self.said(who, "releasePhone", id=encoded("HistoryMember", self.record.member.id), reason="家属申请")
        if self.record.is_current or self.record.is_purged:
            assert said == ["NOT_FOUND"]
            return
        refused = ["TIER_INSUFFICIENT"] * (place_of(who) == "branch")
        refused += ["KIND_UNFIT"] * (self.record.left_by != "DEATH")
        refused += ["NO_ACCOUNT"] * (self.record.account is None)
        refused += ["ALREADY_CANCELLED"] * (self.record.account == "CANCELLED")
        assert said == refused
        if not refused:
            self.record.account = "CANCELLED"
            self.done(changes_record=False)

    @invariant()
    def the_account_is_as_the_model_says(self) -> None:
        state = select(MemberAccount.state).where(MemberAccount.member_id == self.record.member.id)
        assert self.world.rows(state) == ([(self.record.account,)] if self.record.account else [])

    @invariant()
    def the_record_is_in_one_place(self) -> None:
        number = self.record.member.id
        counted = {
            table: self.world.number(select(func.count()).where(table.id == number))
            for table in (Member, HistoryMember)
        }
        is_history = not self.record.is_current and not self.record.is_purged
        assert counted == {Member: int(self.record.is_current), HistoryMember: int(is_history)}
        if self.record.is_purged:
            return
        table = Member if self.record.is_current else HistoryMember
        kept = select(table.version, table.name, table.real_name_status).where(table.id == number)
        assert self.world.rows(kept) == [(self.record.version, self.record.name, self.record.name_status)]

    @invariant()
    def each_step_is_recorded_once(self) -> None:
        assert self.world.number(_entries_of(self.record.member.id)) == self.record.steps

    @invariant()
    def each_step_is_told_once(self) -> None:
        of_this = ChangeOutbox.object_id == self.record.member.id, ChangeOutbox.type.cast(Text).like("%MEMBER%")
        found = self.world.rows(select(ChangeOutbox.type, func.count()).where(*of_this).group_by(ChangeOutbox.type))
        assert {row[0]: row[1] for row in found} == +self.told


def _entries_of(member_id: int) -> Any:
    """Of changes of the member, and of requests about it."""
    about = (AuditEntry.target == f"Member:{member_id}") | (
        AuditEntry.target.like("ApprovalRequest:%") & (AuditEntry.details["member"].as_integer() == member_id)
    )
    return select(func.count()).select_from(AuditEntry).where(about)


@pytest.fixture
def world(own_province_url: str, register: Register, approving_committee: OrganizationRecord) -> Iterator[World]:
    members = (
        member
        for member in register.members_in(approving_committee)
        if member.branch_id != approving_committee.id
        and not member.transfer_in_progress
        and not problems_of(draft_of(member), register.day)
    )
    counties = register.of_kind(OrganizationKind.COUNTY)
    county = next(county for county in counties if approving_committee.path.startswith(county.path))
    with asyncio.Runner() as runner:

        async def opened() -> Api:
            gateways = Gateways(population_registry=SimulatedPopulationRegistry())
            return Api(connect(own_province_url, connections=4, audit_key=AUDIT_KEY), gateways=gateways)

        api = runner.run(opened())
        yield World(api, runner, members, approving_committee, county, register)
        runner.run(api.http.aclose())
        runner.run(api.database.close())


def test_random_lives_are_as_the_model_says(world: World) -> None:
    happened: Counter[str] = Counter()

    class Here(Life):
        def done(self, *, changes_record: bool) -> None:
            super().done(changes_record=changes_record)
            happened["steps"] += 1

    Here.world = world
    run_state_machine_as_test(Here, settings=settings(max_examples=20, stateful_step_count=30, deadline=None))
    assert happened["steps"] > 10
