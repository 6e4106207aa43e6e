"""严重程度的设置: an installation says how serious each breach is, and whether it is one at all."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from domain.codes import Severity
from domain.records import MemberRecord, OrganizationRecord
from domain.validation import AS_SHIPPED, CATALOGUE, RulesInForce, rules_in_force
from server.checking import Checking
from storage.checks import run_chunk
from storage.engine import connect
from storage.statements import Statement
from tests.accounts import global_id
from tests.api.test_checks import START, found
from tests.api.test_data_quality import CHECK, REPORT, RESULTS, SPECIAL, member_id
from tests.asking import AUDIT_KEY, Api, Caller
from tests.oracle import Register

HERE = rules_in_force(
    {
        "PHOTO_MISSING": {"quality": None, "special": Severity.HINT},
        "PHONE_INVALID": {"quality": Severity.ERROR},
        "ADDRESS_MISSING": {"quality": None, "special": None},
        "NOT_REAL_NAME_VERIFIED": {"quality": None},
    }
)
OFF = {"ADDRESS_MISSING", "NOT_REAL_NAME_VERIFIED"}
RULES = "{ validationRules { code severity specialSeverity } }"
COUNT = "query ($where: MemberFilter) { members(where: $where) { totalCount } }"
SAVE = "mutation ($input: UpdateMemberInput!) { updateMember(input: $input) { errors { code } } }"
LAST_CHECK = Statement("SELECT max(id) FROM checks", {})
Breaches = Mapping[str, set[int]]


@dataclass
class Installation:
    """A register of 2,000 members that processes with these and those settings work on in turn."""

    url: str
    api: Api
    top: OrganizationRecord

    @asynccontextmanager
    async def started(self, rules: RulesInForce) -> AsyncIterator[Caller]:
        """An administrator of the province, who asks a server with these rules."""
        async with connect(self.url, connections=8, audit_key=AUDIT_KEY, rules=rules) as database:
            server = Api(database, clock=self.api.clock)
            yield server.as_(self.top)
            await server.http.aclose()

    async def check_all(self, caller: Caller) -> None:
        """As every night."""
        checking = Checking(caller.api.database, caller.api.clock)
        await checking.start_of_all()
        await checking.run(await caller.api.database.number(LAST_CHECK))


@pytest.fixture
def installation(own_province_url: str, api: Api, province_committee: OrganizationRecord) -> Installation:
    return Installation(own_province_url, api, province_committee)


async def count(caller: Caller, **condition: Any) -> int:
    number: int = (await caller.ask(COUNT, {"where": {"breaches": condition}}))["members"]["totalCount"]
    return number


async def results(caller: Caller, **where: Any) -> int:
    number: int = (await caller.ask(RESULTS, {"where": where, "first": 1}))["validationResults"]["totalCount"]
    return number


def of_severity(rules: RulesInForce, severity: Severity) -> list[str]:
    return [rule.code for rule in rules.listed if rule.quality is severity]


async def test_all_rules_are_listed_with_the_severities_that_hold_here(installation: Installation) -> None:
    async with installation.started(HERE) as caller:
        listed = (await caller.ask(RULES))["validationRules"]
    told = {rule["code"]: (rule["severity"], rule["specialSeverity"]) for rule in listed}
    assert list(told) == [rule.code for rule in CATALOGUE]
    assert told["PHOTO_MISSING"] == (None, "HINT")
    assert told["PHONE_INVALID"] == ("ERROR", None)
    assert told["ADDRESS_MISSING"] == (None, None)
    assert told["GENDER_ID_MISMATCH"] == ("HINT", "ERROR")


@pytest.mark.parametrize("severity", list(Severity))
async def test_what_was_found_before_is_told_by_the_severities_of_now(
    installation: Installation,
    breaches: Breaches,
    severity: Severity,
) -> None:
    async with installation.started(AS_SHIPPED) as caller:
        await installation.check_all(caller)
    async with installation.started(HERE) as caller:
        rules = of_severity(HERE, severity)
        members = set().union(*(breaches[rule] for rule in rules))
        breached = sum(len(breaches[rule]) for rule in rules)
        assert rules != of_severity(AS_SHIPPED, severity)
        assert await results(caller, severities=[severity.value]) == breached
        assert await count(caller, severities=[severity.value]) == len(members)
        total = (await caller.ask(REPORT, {"id": global_id(installation.top)}))["qualityReport"]["total"]
        name = {"ERROR": "rrors", "WARNING": "arnings", "HINT": "ints"}[severity.value]
        assert (total[severity[0].lower() + name], total[f"membersWith{severity[0]}{name}"]) == (breached, len(members))


async def test_the_special_check_has_the_rules_that_are_part_of_it_here(
    installation: Installation,
    breaches: Breaches,
) -> None:
    async with installation.started(AS_SHIPPED) as caller:
        await installation.check_all(caller)
    async with installation.started(HERE) as caller:
        cells = (await caller.ask(SPECIAL, {"id": global_id(installation.top)}))["specialCheck"]["total"]["counts"]
        counted = {cell["rule"]["code"]: (cell["rule"]["specialSeverity"], cell["members"]) for cell in cells}
        assert counted["PHOTO_MISSING"] == ("HINT", len(breaches["PHOTO_MISSING"]))
        assert list(counted) == [rule.code for rule in HERE.listed if rule.special]
        assert await results(caller, rules=["PHOTO_MISSING"]) == len(breaches["PHOTO_MISSING"])


async def test_a_rule_that_is_off_is_neither_shown_nor_checked(
    installation: Installation,
    breaches: Breaches,
    register: Register,
) -> None:
    someone = next(m for m in register.members if m.id in breaches["ADDRESS_MISSING"])
    given = {"input": {"memberId": member_id(someone)}}
    on = {rule: ids for rule, ids in breaches.items() if rule not in OFF}
    async with installation.started(AS_SHIPPED) as caller:
        await installation.check_all(caller)
    async with installation.started(HERE) as caller:
        assert await results(caller, rules=sorted(OFF)) == await count(caller, rules=sorted(OFF)) == 0
        assert await results(caller) == sum(map(len, on.values()))
        shown = (await caller.ask(CHECK, given))["checkMember"]["results"]
        assert "ADDRESS_MISSING" not in [result["rule"]["code"] for result in shown]
        await installation.check_all(caller)
    async with installation.started(AS_SHIPPED) as caller:
        assert {rule: ids for rule, ids in (await found(caller.api.database)).items() if rule not in OFF} == on
        assert await results(caller, rules=sorted(OFF)) == 0
        await installation.check_all(caller)
        assert await found(caller.api.database) == breaches


async def test_a_save_checks_by_the_rules_that_are_on(
    installation: Installation, breaches: Breaches, register: Register
) -> None:
    broken = set().union(*breaches.values())
    sound = next(m for m in register.members if m.id not in broken and not m.transfer_in_progress)
    assert sound.birth_date is not None
    year = sound.birth_date.year
    joined_at_17 = {"joinedOn": f"{year + 17}-01-01", "formalOn": f"{year + 18}-01-02"}
    async with installation.started(AS_SHIPPED) as caller:
        await save(caller, sound, 0, **joined_at_17)
        assert (await found(caller.api.database))["JOINED_UNDER_18"] == {sound.id}
    async with installation.started(rules_in_force({"JOINED_UNDER_18": {"quality": None, "special": None}})) as caller:
        await save(caller, sound, 1, homeAddress="某镇某村2号")
        assert (await found(caller.api.database))["JOINED_UNDER_18"] == set()
    async with installation.started(rules_in_force({"JOINED_UNDER_18": {"quality": None}})) as caller:
        await save(caller, sound, 2, homeAddress="某镇某村3号")
        assert (await found(caller.api.database))["JOINED_UNDER_18"] == {sound.id}


async def save(caller: Caller, member: MemberRecord, saves_before: int, **changes: str) -> None:
    given = {"id": member_id(member), "version": member.version + saves_before, **changes}
    assert (await caller.ask(SAVE, {"input": given}))["updateMember"] == {"errors": []}


async def test_a_check_is_of_the_rules_that_are_on(
    installation: Installation,
    breaches: Breaches,
) -> None:
    everything = {"input": {"organizationId": global_id(installation.top)}}
    async with installation.started(HERE) as caller:
        check = (await caller.ask(START, everything))["startCheck"]["check"]
        assert {rule["code"] for rule in check["rules"]} == {rule.code for rule in CATALOGUE} - OFF
        named = {"input": {**everything["input"], "rules": ["ADDRESS_MISSING", "PHOTO_MISSING"]}}
        error = await caller.refused(START, named)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "ADDRESS_MISSING is switched off" in error["message"]
    switched_off_since = rules_in_force({"PHOTO_MISSING": {"quality": None, "special": None}})
    async with installation.started(switched_off_since) as caller:
        database = caller.api.database
        assert await run_chunk(database, await database.number(LAST_CHECK), caller.api.clock(), 10_000) is False
        stored = await found(database)
    off = {*OFF, "PHOTO_MISSING"}
    assert stored == {rule: set() if rule in off else ids for rule, ids in breaches.items()}
