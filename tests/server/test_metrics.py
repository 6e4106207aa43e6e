import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.records import OrganizationRecord
from server.metrics import count_declined, count_operation
from tests.asking import Api

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
        if name[0].startswith("dengta_") and name[0].endswith(("_total", "_count")) and value != before.get(name)
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
