"""图表 of registrations and of the quality of records: as for statistics of members, in `test_charts.py`."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from auth.sealed_questions import SealedQuestion, seal
from domain.records import OrganizationRecord
from domain.validation import CATALOGUE
from schema.identifiers import encoded
from server.operations.executors import COMPILED, GRAPHQL_CORE
from storage.engine import connect
from storage.registrations import count_registrations_when_due
from storage.validation import Place as Start
from storage.validation import check_chunk
from storage.validation_locks import hold_against_saves
from tests.api.test_charts import fetched, hiding, refused, told
from tests.asking import AUDIT_KEY, Api
from tests.conftest import DAY

REGISTERED = """query ($id: ID, $format: ChartFormat! = SVG) { registrationStatistics(organizationId: $id) {
  members registered chartUrl(format: $format) rows { organization { name } members registered rate } } }"""
ROW = "{ organization { name } membersWithErrors membersWithWarnings membersWithHints }"
REPORT = """query ($id: ID!) { qualityReport(organizationId: $id) {
  chartUrl rows %s own %s total %s } }""" % (ROW, ROW, ROW)


@pytest.fixture(scope="module", params=[COMPILED, GRAPHQL_CORE])
async def counted(
    request: pytest.FixtureRequest,
    clone: Callable[[str], str],
    province_template: str,
    province_committee: OrganizationRecord,
    api: Api,
) -> AsyncIterator[Api]:
    """Over a province whose registrations were counted and whose members were checked."""
    database = connect(clone(province_template), connections=8, audit_key=AUDIT_KEY)
    await count_registrations_when_due(database, api.clock)
    async with database.writing() as session:
        await hold_against_saves(session)
        await check_chunk(session, province_committee.path, Start("", 0), 1_000_000, DAY, CATALOGUE)
    application = Api(database, clock=api.clock, key=api.key, executor=request.param)
    yield application
    await application.http.aclose()
    await database.close()


async def test_registrations_are_drawn_with_the_time_of_counting(counted: Api, county: OrganizationRecord) -> None:
    caller = counted.as_(county)
    answer = (await caller.ask(REGISTERED, {"id": encoded("Organization", county.id)}))["registrationStatistics"]
    lines = told(await fetched(caller, answer["chartUrl"]))
    assert lines[:2] == [f"Counted at {DAY} 12:00 (Beijing time)", "[Total]"]
    assert lines[3] == "[Organisations below]"

    def line(row: dict[str, Any]) -> str:
        share = "" if row["rate"] is None else f" ({row['rate']:.1%})"
        registered, others = row["registered"], row["members"] - row["registered"]
        parts = f"; Registered {registered:,}; Not registered {others:,}"
        return f"{row['organization']['name']}: {registered:,} / {row['members']:,}{share}{parts}"

    assert lines[4:] == [line(row) for row in answer["rows"]]


async def test_before_the_first_counting_there_is_no_chart(
    own_province_url: str, counted: Api, county: OrganizationRecord
) -> None:
    """In a province of its own: a server that other tests have run over theirs may have counted there."""
    answer = await counted.as_(county).ask(REGISTERED, {"id": encoded("Organization", county.id)})
    url = answer["registrationStatistics"]["chartUrl"]
    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database:
        uncounted = Api(database, clock=counted.clock, key=counted.key)
        assert refused(await fetched(uncounted.as_(county), url))[:2] == (404, "NOT_FOUND")
        await uncounted.http.aclose()


async def test_the_quality_of_records_is_drawn(counted: Api, province_committee: OrganizationRecord) -> None:
    caller = counted.as_(province_committee)
    report = (await caller.ask(REPORT, {"id": encoded("Organization", province_committee.id)}))["qualityReport"]
    lines = told(await fetched(caller, report["chartUrl"]))
    words = ("With errors", "With warnings", "With hints")

    def line(row: dict[str, Any]) -> str:
        numbers = (row["membersWithErrors"], row["membersWithWarnings"], row["membersWithHints"])
        return f"{row['organization']['name']}: " + "; ".join(
            f"{word} {number:,}" for word, number in zip(words, numbers, strict=True)
        )

    assert lines[2:5] == ["[Total]", line(report["total"]), "[Organisations below]"]
    assert lines[-len(report["rows"]) :] == [line(row) for row in report["rows"]]
    assert report["total"]["membersWithErrors"] > 0


@pytest.mark.parametrize("field", ["QualityReport.chart_url", "QualityReportRow.members_with_errors"])
async def test_a_report_hidden_since_is_not_drawn(field: str, counted: Api, county: OrganizationRecord) -> None:
    report = (await counted.as_(county).ask(REPORT, {"id": encoded("Organization", county.id)}))["qualityReport"]
    own = hiding(counted, field)
    assert refused(await fetched(own.as_(county), report["chartUrl"]))[:2] == (403, "FIELD_HIDDEN")
    await own.http.aclose()


async def test_registrations_need_what_they_are_counted_by(counted: Api, county: OrganizationRecord) -> None:
    answer = await counted.as_(county).ask(REGISTERED, {"id": encoded("Organization", county.id)})
    own = hiding(counted, "Member.account")
    url = answer["registrationStatistics"]["chartUrl"]
    assert refused(await fetched(own.as_(county), url))[:2] == (403, "FIELD_HIDDEN")
    await own.http.aclose()


async def test_a_question_that_only_another_version_asks_has_no_chart(api: Api, county: OrganizationRecord) -> None:
    sealed = seal(api.code_key, SealedQuestion("approvals", {}), api.clock())
    response = await fetched(api.as_(county), f"/charts/{sealed}.svg")
    assert refused(response)[:2] == (400, "CHART_ADDRESS_INVALID")
