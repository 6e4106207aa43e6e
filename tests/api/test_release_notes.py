"""使用助手 over GraphQL: for everybody who is signed in, in their own language, page by page."""

from typing import Any

import pytest

from assistant import release
from assistant.release import releases_in
from auth.actor import Role
from domain.records import OrganizationRecord
from resolvers import releases
from tests.asking import Api, Caller
from tests.assistant.test_releases import written

NOTES = """query ($first: Int, $after: String, $last: Int, $before: String) {
  releaseNotes(first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { version releasedOn title body bodyHtml guide guideHtml }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


async def asked(caller: Caller, **page: Any) -> dict[str, Any]:
    found: dict[str, Any] = (await caller.ask(NOTES, page))["releaseNotes"]
    return found


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_everybody_reads_them_in_their_own_language(
    language: str, role: Role, either_api: Api, county: OrganizationRecord
) -> None:
    caller = Caller(either_api, either_api.as_(county, role).token, language)
    [newest, *_] = (await asked(caller))["nodes"]
    shipped = releases_in(language)[0]
    assert newest == {
        "version": shipped.version,
        "releasedOn": shipped.released_on.isoformat(),
        "title": shipped.title,
        "body": shipped.body,
        "bodyHtml": shipped.body_html,
        "guide": shipped.guide,
        "guideHtml": shipped.guide_html,
    }


async def test_who_is_not_signed_in_reads_nothing(api: Api) -> None:
    response = await api.http.post("/graphql", json={"query": "{ releaseNotes { totalCount } }"})
    assert response.status_code == 401


@pytest.fixture
def four(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The versions of four releases, newest first."""
    for version in ("0.9.0", "0.10.0", "0.2.11", "1.0.0"):
        written(tmp_path, version)
    monkeypatch.setattr(releases, "releases_in", lambda language: release.releases_in(language, tmp_path))
    return ["1.0.0", "0.10.0", "0.9.0", "0.2.11"]


async def test_pages_lead_through_all_of_them_either_way(four: list[str], api: Api, county: OrganizationRecord) -> None:
    caller = api.as_(county)
    first = await asked(caller, first=3)
    assert [node["version"] for node in first["nodes"]] == four[:3]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"], first["pageInfo"]["hasPreviousPage"]) == (
        4,
        True,
        False,
    )
    rest = await asked(caller, first=3, after=first["pageInfo"]["endCursor"])
    assert [node["version"] for node in rest["nodes"]] == four[3:]
    assert (rest["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasPreviousPage"]) == (False, True)
    back = await asked(caller, last=2, before=rest["pageInfo"]["startCursor"])
    assert [node["version"] for node in back["nodes"]] == four[1:3]


@pytest.mark.parametrize("page", [{"after": "rubbish"}, {"before": "cnVi"}, {"first": -1}, {"first": 1, "last": 1}])
async def test_a_wrong_page_is_refused(page: dict[str, Any], api: Api, county: OrganizationRecord) -> None:
    error = await api.as_(county).refused(NOTES, page)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
