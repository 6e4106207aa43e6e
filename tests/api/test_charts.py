"""图表: `GET /charts/…`: the same answer as a picture, for whoever may have the answer."""

import asyncio
import re
from base64 import urlsafe_b64decode
from datetime import timedelta
from io import BytesIO
from secrets import token_hex
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from auth.actor import Role, Tier
from auth.permissions import Entry, PermissionMatrix, Place
from auth.visibility import Visibility
from charts import studio
from domain.codes import AuditKind, OrganizationKind
from domain.records import OrganizationRecord
from schema.identifiers import encoded
from server.app import DEFAULT_PERMISSIONS
from storage.engine import Database
from tests.api.random_queries import MEMBER_FILTERS
from tests.asking import Api, Caller
from tests.audit import entries_of
from tests.conftest import DAY
from tests.oracle import Register
from tests.set_clock import SetClock

MEMBERS = """query ($id: ID, $dimension: StatisticsDimension!, $by: StatisticsDimension, $where: MemberFilter,
  $format: ChartFormat! = SVG) {
  memberStatistics(organizationId: $id, dimension: $dimension, by: $by, where: $where) {
    total chartUrl(format: $format) organization { name }
    buckets { key label englishLabel count } byBuckets { label englishLabel count } cells { key byKey count }
    rows { organization { name } reach total buckets { count englishLabel } }
} }"""
NAMESPACE = "{http://www.w3.org/2000/svg}"


async def fetched(caller: Caller, url: str, **headers: str) -> httpx.Response:
    authorized = {"Authorization": f"Bearer {caller.token}", "Accept-Language": caller.language, **headers}
    return await caller.api.http.get(url, headers=authorized)


async def asked(caller: Caller, at: OrganizationRecord, dimension: str = "GENDER", **more: Any) -> dict[str, Any]:
    variables = {"id": encoded("Organization", at.id), "dimension": dimension, **more}
    found: dict[str, Any] = (await caller.ask(MEMBERS, variables))["memberStatistics"]
    return found


def told(response: httpx.Response) -> list[str]:
    """The lines of the picture's description."""
    assert response.status_code == 200, response.text
    root = ElementTree.fromstring(response.content)  # noqa: S314 # written by the server under test
    return (root.findtext(f"{NAMESPACE}desc") or "").split("\n")


def refused(response: httpx.Response) -> tuple[int, str, dict[str, Any]]:
    error = response.json()["errors"][0]
    return response.status_code, error["extensions"]["code"], error


def hiding(api: Api, *fields: str) -> Api:
    """The same server, after these fields were hidden from administrators."""
    entries = {Place(Role.ADMINISTRATOR, tier, field): Entry(Visibility.HIDDEN) for field in fields for tier in Tier}
    return Api(api.database, PermissionMatrix(DEFAULT_PERMISSIONS.fields, entries), api.clock, api.key)


@pytest.mark.parametrize("dimension", ["GENDER", "EDUCATION", "AGE_BAND"])
async def test_a_picture_tells_the_numbers_of_the_answer(
    dimension: str, either_api: Api, county: OrganizationRecord
) -> None:
    caller = either_api.as_(county)
    answer = await asked(caller, county, dimension)
    lines = told(await fetched(caller, answer["chartUrl"]))
    assert lines[0] == f"{answer['total']:,} members"
    shares = [
        f"{bucket['englishLabel']}: {bucket['count']:,} ({bucket['count'] / answer['total']:.1%})"
        for bucket in answer["buckets"]
    ]
    assert lines[3 : 3 + len(shares)] == shares
    below = lines[4 + len(shares) :]
    assert len(below) == len(answer["rows"]) > 1
    for line, row in zip(below, answer["rows"], strict=True):
        assert line.startswith(
            f"{row['organization']['name']}: {row['total']:,} ({row['total'] / answer['total']:.1%})"
        )
        parts = [f"{each['englishLabel']} {each['count']:,}" for each in row["buckets"] if each["count"]]
        assert set(parts) <= set(line.split("; "))


async def test_two_dimensions_are_crossed(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    answer = await asked(caller, county, "CATEGORY", by="GENDER")
    lines = told(await fetched(caller, answer["chartUrl"]))
    women = {cell["key"]: cell["count"] for cell in answer["cells"] if cell["byKey"] == "FEMALE"}
    for bucket in answer["buckets"]:
        [line] = [line for line in lines if line.startswith(f"{bucket['englishLabel']}: ")]
        assert f"; female {women.get(bucket['key'], 0):,}" in line


async def test_it_is_an_accessible_picture_without_any_script(api: Api, county: OrganizationRecord) -> None:
    caller = Caller(api, api.as_(county).token, "zh-CN")
    response = await fetched(caller, (await asked(caller, county))["chartUrl"])
    root = ElementTree.fromstring(response.content)  # noqa: S314 # written by the server under test
    assert (root.get("role"), root.get("aria-labelledby")) == ("img", "title description")
    assert root.findtext(f"{NAMESPACE}title") == f"{county.name} · 党员统计：性别"
    assert {each.tag.removeprefix(NAMESPACE) for each in root.iter()} <= {
        "svg", "title", "desc", "g", "path", "defs", "symbol", "use", "rect", "clipPath"
    }  # fmt: skip
    wanted = {
        "content-type": "image/svg+xml",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, no-store",
    }
    assert {name: response.headers[name] for name in wanted} == wanted
    how, _, name = response.headers["content-disposition"].partition("; filename*=UTF-8''")
    assert (how.partition(";")[0], unquote(name)) == ("inline", f"{county.name} · 党员统计：性别.svg")


async def test_as_png_it_is_as_large_as_on_paper_of_144_dots_an_inch(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    drawn = await fetched(caller, (await asked(caller, county))["chartUrl"])
    response = await fetched(caller, (await asked(caller, county, format="PNG"))["chartUrl"])
    assert response.headers["content-type"] == "image/png"
    height = float((ElementTree.fromstring(drawn.content).get("height") or "").removesuffix("pt"))  # noqa: S314 # ours
    with Image.open(BytesIO(response.content)) as picture:
        picture.load()
        assert picture.format == "PNG"
        assert picture.width == 1800
        assert picture.height == pytest.approx(height * 2, abs=1)


async def test_it_speaks_the_language_of_who_looks(api: Api, county: OrganizationRecord) -> None:
    url = (await asked(api.as_(county), county))["chartUrl"]
    chinese = told(await fetched(api.as_(county), url, **{"Accept-Language": "zh"}))
    assert chinese[1] == f"统计时间：{DAY} 12:00（北京时间）"
    assert chinese[2] == "[性别]"
    assert told(await fetched(api.as_(county), url))[2] == "[Gender]"


@pytest.mark.parametrize("where", MEMBER_FILTERS)
async def test_conditions_hold_and_are_not_told(where: str, api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    query = MEMBERS.replace("where: $where", f"where: {where}").replace("$where: MemberFilter,", "")
    given = {"id": encoded("Organization", county.id), "dimension": "GENDER"}
    answer = (await caller.ask(query, given))["memberStatistics"]
    lines = told(await fetched(caller, answer["chartUrl"]))
    assert lines[0] == f"{answer['total']:,} members"
    assert lines[1].endswith(" · Under conditions") is (where != "{}")
    if not answer["total"]:
        assert lines[2:] == ["There are no members"]
    assert all("王" not in line.replace(county.name, "") for line in lines[:3])


async def test_nothing_of_the_question_can_be_read_in_the_address(api: Api, county: OrganizationRecord) -> None:
    where = {"name": {"exact": "欧阳建国"}, "phone": {"exact": "13800001234"}}
    url = (await asked(api.as_(county), county, where=where))["chartUrl"]
    again = (await asked(api.as_(county), county, where=where))["chartUrl"]
    assert re.fullmatch(r"/charts/[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}\.svg", url)
    assert url != again
    for part in url.removesuffix(".svg").split("/")[-1].split("."):
        plain = urlsafe_b64decode(part + "==")
        assert not any(word.encode() in plain for word in ("欧阳", "13800001234", "phone", "GENDER", "members"))


async def test_a_question_that_is_too_long_has_no_address(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    unlike = await asked(caller, county, where={"name": {"multi": [token_hex(20) for _ in range(500)]}})
    assert unlike["chartUrl"] is None
    alike = await asked(caller, county, where={"name": {"multi": ["王" * 200] * 1_000}})
    assert alike["chartUrl"] is None
    short = await asked(caller, county, where={"name": {"multi": [token_hex(20) for _ in range(50)]}})
    assert told(await fetched(caller, short["chartUrl"]))[0] == "0 members"


async def test_who_is_not_signed_in_sees_no_chart(api: Api, county: OrganizationRecord) -> None:
    url = (await asked(api.as_(county), county))["chartUrl"]
    response = await api.http.get(url)
    assert refused(response)[:2] == (401, "UNAUTHENTICATED")
    assert response.headers["www-authenticate"] == "Bearer"
    assert refused(await api.http.get("/charts/x.svg"))[:2] == (401, "UNAUTHENTICATED")


async def test_outside_of_the_scope_there_is_none(api: Api, county: OrganizationRecord, register: Register) -> None:
    url = (await asked(api.as_(county), county))["chartUrl"]
    elsewhere = next(o for o in register.of_kind(OrganizationKind.COUNTY) if o != county)
    code = refused(await fetched(api.as_(elsewhere), url))
    assert code[:2] == (404, "NOT_FOUND")
    above = register.first_of_kind(OrganizationKind.PROVINCE)
    assert told(await fetched(api.as_(above), url)) == told(await fetched(api.as_(county), url))


async def test_conditions_on_what_lies_outside_do_not_exist(
    api: Api, county: OrganizationRecord, register: Register
) -> None:
    above, elsewhere = (register.first_of_kind(OrganizationKind.PROVINCE), register.of_kind(OrganizationKind.COUNTY)[0])
    assert elsewhere != county
    url = (await asked(api.as_(above), county, where={"within": encoded("Organization", elsewhere.id)}))["chartUrl"]
    assert refused(await fetched(api.as_(county), url))[:2] == (404, "NOT_FOUND")


async def test_a_field_hidden_since_is_refused_and_recorded(api: Api, county: OrganizationRecord) -> None:
    by_dimension = (await asked(api.as_(county), county, "AGE_BAND"))["chartUrl"]
    by_condition = (await asked(api.as_(county), county, where={"name": {"fuzzy": "王"}}))["chartUrl"]
    for url, field in ((by_dimension, "Member.age"), (by_condition, "Member.name")):
        own = hiding(api, field)
        request = f"chart-{token_hex(8)}"
        status, code, error = refused(await fetched(own.as_(county), url, **{"X-Request-ID": request}))
        assert (status, code, error["extensions"]["fields"]) == (403, "FIELD_HIDDEN", [field])
        [entry] = await entries_of(api.database, request)
        assert (entry.kind, entry.operation) == (AuditKind.REFUSAL, "MemberStatisticsChart")
        await own.http.aclose()


@pytest.mark.parametrize("role", [Role.SECURITY_OFFICER, Role.AUDITOR])
async def test_roles_that_read_no_members_see_no_chart(role: Role, api: Api, county: OrganizationRecord) -> None:
    url = (await asked(api.as_(county), county))["chartUrl"]
    assert refused(await fetched(api.as_(county, role), url))[:2] == (403, "FIELD_HIDDEN")


async def test_a_look_at_a_chart_is_recorded_as_the_question_is(api: Api, county: OrganizationRecord) -> None:
    caller, request = api.as_(county), f"chart-{token_hex(8)}"
    answer = await asked(caller, county, where={"phone": {"missing": True}})
    await fetched(caller, answer["chartUrl"], **{"X-Request-ID": request})
    [entry] = await entries_of(api.database, request)
    assert (entry.kind, entry.operation) == (AuditKind.ARCHIVE_LOOKUP, "MemberStatisticsChart")
    [lookup] = entry.details["lookups"]
    assert (lookup["field"], lookup["counted"], lookup["ids"]) == ("memberStatistics", answer["total"], [county.id])
    assert "phone" in str(lookup["filter"])


@pytest.mark.parametrize("change", [lambda u: u[:-9] + ("A" if u[-9] != "A" else "B") + u[-8:], lambda _: "/charts/x.svg",
    lambda u: u.replace(".svg", ".gif"), lambda u: u[:60] + ".svg", lambda _: "/charts/a.b.c.d.e.png"])  # fmt: skip
async def test_a_changed_address_is_no_address(change: Any, api: Api, county: OrganizationRecord) -> None:
    url = (await asked(api.as_(county), county))["chartUrl"]
    assert refused(await fetched(api.as_(county), change(url)))[:2] == (400, "CHART_ADDRESS_INVALID")


async def test_an_address_of_another_server_is_none_here(
    api: Api, province: Database, county: OrganizationRecord
) -> None:
    other = Api(province, code_key=b"the key of another server")
    url = (await asked(other.as_(county), county))["chartUrl"]
    assert refused(await fetched(api.as_(county), url))[:2] == (400, "CHART_ADDRESS_INVALID")
    await other.http.aclose()


async def test_an_address_is_good_for_a_day(province: Database, county: OrganizationRecord, clock: SetClock) -> None:
    own = Api(province, clock=clock)
    caller = own.as_(county)
    url = (await asked(caller, county))["chartUrl"]
    clock.now += timedelta(days=1, seconds=-1)
    assert (await fetched(caller, url)).status_code == 200
    clock.pass_(seconds=1)
    status, code, error = refused(await fetched(caller, url))
    assert (status, code) == (410, "CHART_ADDRESS_EXPIRED")
    assert error["message"] == "This address has expired. Ask for `chartUrl` again."
    await own.http.aclose()


async def test_a_page_of_a_registered_front_end_may_ask_for_charts_alone(api: Api, county: OrganizationRecord) -> None:
    url = (await asked(api.as_(county), county))["chartUrl"]
    response = await fetched(api.as_(county), url, Origin="https://stranger.example")
    assert "access-control-allow-origin" not in response.headers
    preflight = await api.http.options(url, headers={"Origin": "https://stranger.example"})
    assert preflight.status_code == 204


async def test_many_are_drawn_beside_each_other(api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    urls = [(await asked(caller, county, dimension, format="PNG"))["chartUrl"] for dimension in ("GENDER", "AGE_BAND")]
    responses = await asyncio.gather(*(fetched(caller, url) for url in urls * 6))
    assert [response.status_code for response in responses] == [200] * 12
    assert {response.content for response in responses[::2]}.isdisjoint(r.content for r in responses[1::2])
    assert len({response.content for response in responses}) == 2


async def test_when_too_many_are_drawn_it_says_when_to_come_again(
    api: Api, county: OrganizationRecord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(studio, "WAITING", -studio.AT_ONCE)
    crowded = Api(api.database, clock=api.clock, key=api.key)
    url = (await asked(crowded.as_(county), county))["chartUrl"]
    response = await fetched(crowded.as_(county), url)
    assert refused(response)[:2] == (503, "CHARTS_BUSY")
    assert response.headers["retry-after"] == "20"
    await crowded.http.aclose()
