"""What is told to a collector of traces: the three levels, and nothing personal."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from psycopg.errors import DivisionByZero

from domain.records import OrganizationRecord
from server.app import SCHEMA
from server.jobs import _told
from server.operations.documents import Operation
from server.operations.running import Operations, Request
from server.settings import Settings
from server.tracing.recording import recorded
from server.tracing.settings import TracingSettingsError
from server.tracing.spans import current_spans
from server.tracing.switching import require_tracing
from storage.engine import Database
from storage.jobs import JobKind, Queue
from storage.statements import Statement
from tests.asking import Api
from tests.collector import Collector, attributes_of, collecting
from tests.commands import free_port, running, said_until
from tests.tokens import issued

QUERY = """query Named($phone: String!) {
    members(where: {name: {exact: "王建国"}, phone: {exact: $phone}}) { totalCount nodes { branch { name } } }
}"""
PHONE = "13800138000"
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = {"traceparent": f"00-{TRACE}-{CALLER}-01"}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
        yield collector


@pytest.fixture
async def traced_api(collector: Collector, province: Database) -> AsyncIterator[Api]:  # noqa: ARG001 # it is there first
    """Its spans are sent within a twentieth of a second."""
    with recorded():
        yield Api(province)


async def test_a_request_its_operation_and_its_statements_are_told_as_one(
    traced_api: Api, collector: Collector, county: OrganizationRecord
) -> None:
    answer = await traced_api.as_(county).post(QUERY, {"phone": PHONE}, **SAMPLED)
    assert "errors" not in answer.json()
    request, operation = collector.named("POST /graphql"), collector.named("query Named")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, CALLER)
    assert (operation.trace_id, operation.parent_span_id) == (request.trace_id, request.span_id)
    statements = collector.below(operation)
    assert {span.name for span in statements} == {"SELECT"}
    assert {span.kind for span in (request, operation, *statements)} == {
        Span.SPAN_KIND_SERVER,
        Span.SPAN_KIND_INTERNAL,
        Span.SPAN_KIND_CLIENT,
    }
    assert collector.services == {"dengta"}


async def test_they_say_what_the_conventions_want(
    traced_api: Api, collector: Collector, county: OrganizationRecord
) -> None:
    answer = await traced_api.as_(county).post(QUERY, {"phone": PHONE})
    assert attributes_of(collector.named("POST /graphql")) == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "http.route": "/graphql",
        "url.scheme": "http",
        "dengta.correlation_id": answer.headers["x-request-id"],
    }
    operation = collector.named("query Named")
    prepared = Operations(SCHEMA).prepared(Request(QUERY), "en")
    assert isinstance(prepared, Operation)
    assert attributes_of(operation) == {
        "graphql.operation.type": "query",
        "graphql.operation.name": "Named",
        "graphql.document.hash": prepared.document_hash,
    }
    statements = [attributes_of(span) for span in collector.below(operation)]
    assert {(each["db.system.name"], each["db.operation.name"]) for each in statements} == {("postgresql", "SELECT")}
    assert any("members.name = %(" in each["db.query.text"] for each in statements)


async def test_nothing_personal_is_told(traced_api: Api, collector: Collector, county: OrganizationRecord) -> None:
    caller = traced_api.as_(county)
    await caller.post(QUERY, {"phone": PHONE})
    collector.named("query Named")
    told = collector.everything
    assert "POST /graphql" in told
    escaped = "".join(f"\\{byte:o}" for byte in "王建国".encode())  # as protobuf's text has it
    values = [PHONE, "王建国", escaped, caller.token, county.name, county.path, "tester", "exact"]
    assert [value for value in values if value in told] == []


async def test_what_is_not_there_has_no_name_of_its_own(traced_api: Api, collector: Collector) -> None:
    await traced_api.http.get("/no-such-page")
    assert attributes_of(collector.named("GET"))["http.response.status_code"] == 404
    assert "no-such-page" not in collector.everything


async def test_the_key_of_a_file_is_not_told(traced_api: Api, collector: Collector) -> None:
    response = await traced_api.http.get("/downloads/the-key-of-a-file")
    assert response.status_code < 500
    assert collector.spans() == [] or "the-key-of-a-file" not in collector.everything


async def test_of_an_error_its_kind_alone_is_told(collector: Collector, province: Database) -> None:
    with recorded(), pytest.raises(DivisionByZero), current_spans().job("divide"):
        await province.rows(Statement("SELECT %(value)s::bigint / 0", {"value": "37010219"}))
    statement = collector.named("SELECT")
    said = attributes_of(statement)
    assert (said["error.type"], said["db.response.status_code"]) == ("DivisionByZero", "22012")
    assert statement.status.code == Status.STATUS_CODE_ERROR
    assert attributes_of(collector.named("job divide"))["error.type"] == "DivisionByZero"
    assert not re.search("37010219|division by zero", collector.everything)


async def test_an_operation_has_failed_when_a_resolver_has(
    traced_api: Api, collector: Collector, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(PHONE)

    monkeypatch.setattr("resolvers.saved_queries.page_of_saved_queries", fail)
    answer = await traced_api.as_(county).post("query Failing { viewer { role } savedQueries { nodes { name } } }")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (200, "INTERNAL_SERVER_ERROR")
    operation = collector.named("query Failing")
    assert operation.status.code == Status.STATUS_CODE_ERROR
    assert operation.status.message == ""
    assert attributes_of(operation)["error.type"] == "INTERNAL_SERVER_ERROR"
    assert collector.named("POST /graphql").status.code == Status.STATUS_CODE_UNSET
    assert PHONE not in collector.everything


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("query Wrong { members(first: -1) { totalCount } }", "BAD_USER_INPUT"),
        ("query Wrong { auditEntries { totalCount } }", "FIELD_HIDDEN"),
    ],
)
async def test_an_operation_that_asks_wrongly_has_not(
    traced_api: Api, collector: Collector, county: OrganizationRecord, query: str, code: str
) -> None:
    answer = await traced_api.as_(county).post(query)
    assert answer.json()["errors"][0]["extensions"]["code"] == code
    operation = collector.named("query Wrong")
    assert operation.status.code == Status.STATUS_CODE_UNSET
    assert "error.type" not in attributes_of(operation)


async def test_a_statement_of_nobodys_is_not_told(collector: Collector, province: Database) -> None:
    with recorded():
        await province.rows(Statement("SELECT 1", {}))
        with current_spans().job("look"):
            await province.rows(Statement("SELECT 2", {}))
    assert "SELECT 2" in collector.everything
    assert "SELECT 1" not in collector.everything


async def test_an_event_of_a_subscription_is_a_trace_of_its_own(collector: Collector) -> None:
    subscription = Operations(SCHEMA).prepared(Request("subscription Live { permissionsChanged { version } }"), "en")
    assert isinstance(subscription, Operation), subscription
    with recorded(), current_spans().job("listening"), current_spans().operation(subscription):
        pass
    listening, event = collector.named("job listening"), collector.named("subscription Live")
    assert event.trace_id != listening.trace_id
    assert [link.span_id for link in event.links] == [listening.span_id]


async def test_jobs_and_webhooks_are_told(collector: Collector) -> None:
    async def work(number: int) -> None:
        with current_spans().webhook("partner.test"):
            assert number == 7

    with recorded():
        await _told(JobKind("run_check", Queue.CHECKS, work), number=7)
    job, request = collector.named("job run_check"), collector.named("POST")
    assert request.parent_span_id == job.span_id
    assert attributes_of(request) == {"http.request.method": "POST", "server.address": "partner.test"}


async def test_what_is_not_sampled_is_not_told(
    collector: Collector, province: Database, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_always_off")
    with recorded():
        api = Api(province)
        await api.as_(county).post("query Quiet { viewer { role } }")
        await api.as_(county).post("query Loud { viewer { role } }", None, **SAMPLED)
    assert {span.name for span in collector.spans()} >= {"POST /graphql", "query Loud"}
    assert "Quiet" not in collector.everything


def test_a_server_tells_by_the_variables_of_opentelemetry_and_names_the_trace_in_its_log(
    collector: Collector, own_province_url: str, tmp_path: Path
) -> None:
    port = free_port()
    environment = {
        "DATABASE_URL": own_province_url,
        "DENGTA_DATA_DIRECTORY": str(tmp_path),
        "DENGTA_PORT": str(port),
        "DENGTA_SLOW_OPERATION": "0",
        "DENGTA_LOG_FORMAT": "json",
        "OTEL_SERVICE_NAME": "register",
        "OTEL_BSP_SCHEDULE_DELAY": "60000",  # so that what is told is told at the end
    }
    token = issued(environment)
    with running("serve", "--json", environment=environment) as process:
        said_until(process, re.compile(r"^\{\"address", re.MULTILINE))
        httpx.post(
            f"http://127.0.0.1:{port}/graphql",
            json={"query": "query Named { viewer { role } }"},
            headers={"Authorization": f"Bearer {token}", **SAMPLED},
        ).raise_for_status()
        line = json.loads(said_until(process, re.compile(r"\"event\": ?\"operation\"")).splitlines()[-1])
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 0
    assert (line["name"], line["trace_id"]) == ("Named", TRACE)
    assert collector.named("query Named").trace_id.hex() == TRACE
    assert collector.services == {"register"}


def test_switched_off_nothing_of_it_is_loaded() -> None:
    asked = "import sys, server.serving; print([name for name in sys.modules if name.startswith('opentelemetry')])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("environment", "tells"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://localhost:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://localhost:4318", "DENGTA_TRACING": "off"}, False),
        ({"DENGTA_TRACING": "on"}, True),
    ],
)
def test_who_asks_for_it(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], tells: bool) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Settings().tells_traces is tells


def test_without_the_packages_it_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_TRACING", "on")
    require_tracing(Settings())
    monkeypatch.setattr("server.tracing.switching._PACKAGES", ("opentelemetry.no_such_package",))
    with pytest.raises(TracingSettingsError, match="dengta\\[tracing\\]"):
        require_tracing(Settings())
