from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from psycopg.errors import DivisionByZero

from domain.records import OrganizationRecord
from server.metrics import count_declined, count_operation
from server.operations.document_policy import DocumentPolicy
from server.operations.manifests import TrustedDocument
from server.process_metrics import count_statement, measure
from storage.engine import Database, connect
from storage.observing import watched_by
from storage.statements import Statement
from tests.asking import AUDIT_KEY, Api

QUERY = "query Secret { viewer { role } }"


async def metrics(api: Api) -> dict[tuple[str, ...], float]:
    """(name, values of labels in the order of their names) → value."""
    response = await api.http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    families = text_string_to_metric_families(response.text)
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


async def growth(api: Api, before: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """Of what is counted, leaving out durations, which are never twice the same."""
    after = await metrics(api)
    return {
        name: value - before.get(name, 0)
        for name, value in after.items()
        if name[0].startswith(("dengta_operation", "dengta_declined"))
        and name[0].endswith(("_total", "_count"))
        and value != before.get(name)
    }


async def executed(api: Api, caller_of: OrganizationRecord, times: int) -> None:
    for _ in range(times):
        await api.as_(caller_of).ask(QUERY)


async def test_each_executed_operation_is_counted_once(api: Api, county: OrganizationRecord) -> None:
    before = await metrics(api)
    await executed(api, county, times=3)
    assert await growth(api, before) == {
        ("dengta_operations_total", "compiled", "query"): 3,
        ("dengta_operation_seconds_count", "query"): 3,
    }


@pytest.mark.parametrize("query", ["{ nothing }", "query ($id: ID!) { member(id: $id) { id } }"])
async def test_what_is_refused_was_not_executed(api: Api, county: OrganizationRecord, query: str) -> None:
    before = await metrics(api)
    await api.as_(county).refused(query)
    assert await growth(api, before) == {}


async def test_the_executors_are_told_apart(api: Api) -> None:
    before = await metrics(api)
    count_operation("compiled", "mutation", 0.2)
    count_declined("a directive it does not know")
    assert await growth(api, before) == {
        ("dengta_operations_total", "compiled", "mutation"): 1,
        ("dengta_operation_seconds_count", "mutation"): 1,
        ("dengta_operations_declined_total", "a directive it does not know"): 1,
    }


async def test_durations_fall_into_their_buckets(api: Api) -> None:
    bucket = "dengta_operation_seconds_bucket"
    before = await metrics(api)
    count_operation("compiled", "subscription", 0.02)
    after = await metrics(api)
    grown = {
        limit: after[bucket, limit, "subscription"] - before[bucket, limit, "subscription"]
        for limit in ("0.01", "0.025", "+Inf")
    }
    assert grown == {"0.01": 0, "0.025": 1, "+Inf": 1}


async def test_names_outside_the_lists_are_not_counted(api: Api) -> None:
    before = await metrics(api)
    with pytest.raises(KeyError):
        count_operation("somebody's", "query", 1.0)
    assert await growth(api, before) == {}


async def test_nothing_of_an_operation_or_its_caller_is_told(api: Api, county: OrganizationRecord) -> None:
    await executed(api, county, times=1)
    text = (await api.http.get("/metrics")).text
    assert [word for word in ("Secret", "viewer", "tester", county.name) if word in text] == []
    assert "# HELP dengta_operations_total Operations that were executed." in text


async def test_answers_are_counted_by_their_status(api: Api, county: OrganizationRecord) -> None:
    before = await metrics(api)
    await api.http.get("/no-such-page")
    await executed(api, county, times=2)
    after = await metrics(api)
    counted = {
        status: after["dengta_http_responses_total", status] - before.get(("dengta_http_responses_total", status), 0)
        for status in ("200", "404")
    }
    assert counted == {"200": 3, "404": 1}  # the first look at the metrics was one


async def test_statements_are_measured_by_their_first_word(api: Api, county: OrganizationRecord) -> None:
    before = await metrics(api)
    with watched_by(count_statement):
        await api.as_(county).ask("{ members { totalCount } }")
        with pytest.raises(DivisionByZero):
            await api.database.rows(Statement("SELECT 1 / 0", {}))
    after = await metrics(api)
    key = "dengta_statement_seconds_count", "SELECT"
    assert after[key] - before[key] >= 2  # to sign the caller in takes some too
    assert after["dengta_statement_errors_total", "DivisionByZero"] >= 1


async def test_connections_and_subscriptions_are_measured(api: Api, county: OrganizationRecord) -> None:
    await executed(api, county, times=1)
    measure(api.database, running_subscriptions=3)
    found = await metrics(api)
    assert found["dengta_subscriptions",] == 3
    assert found["dengta_database_connections", "read", "idle"] >= 1
    assert found["dengta_database_connections", "write", "used"] == 0
    assert found["dengta_database_connections_awaited", "read"] == 0


async def test_what_waits_is_told(own_province_url: str) -> None:
    async with connect(own_province_url, connections=2, audit_key=AUDIT_KEY) as database:
        async with database.writing() as session:
            for state in ("todo", "doing", "failed"):
                job = (
                    f"INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('checks', 'x', '{state}')"
                )
                await session.execute(Statement(job, {}))
            await session.execute(
                Statement("UPDATE procrastinate_events SET at = now() - interval '1 hour' WHERE type = 'deferred'", {})
            )
            change = "INSERT INTO change_outbox (type, object_id, org_path, columns, changed_at) VALUES"
            values = "('MEMBER_CHANGED', 1, '1/', '{}', now() - interval '2 minutes')"
            await session.execute(Statement(f"{change} {values}", {}))
        found = await metrics(Api(database))
    assert {state: found["dengta_jobs", "checks", state] for state in ("waiting", "running", "failed")} == {
        "waiting": 1,
        "running": 1,
        "failed": 1,
    }
    assert 3600 <= found["dengta_job_due_seconds", "checks"] < 7200
    assert found["dengta_changes_unnumbered",] == 1
    assert 120 <= found["dengta_change_lag_seconds",] < 3600
    assert found["dengta_members_uncounted",] >= 0
    assert found["dengta_audit_unchecked_seconds",] >= 0


async def test_trusted_documents_alone_are_told_by_name(province: Database, county: OrganizationRecord) -> None:
    trusting = Api(
        province,
        documents=DocumentPolicy(
            trusted=(TrustedDocument(Path("manifest.json"), "one", "query Known { viewer { role } }"),)
        ),
    )
    before = await metrics(trusting)
    await trusting.as_(county).ask("query Known { viewer { role } }")
    await trusting.as_(county).ask(QUERY)
    after = await metrics(trusting)
    known = "dengta_trusted_operation_seconds_count", "Known"
    assert {key for key in after if key[0] == known[0]} == {known}
    assert after[known] - before.get(known, 0) == 1
