"""What fuzzing looks for is found when it is there."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.fuzzing.answers import require_good
from tests.fuzzing.callers import WHOLE, schema_without
from tests.fuzzing.canaries import (
    ACCOUNT,
    ADDRESS,
    APPLICANT,
    NAME,
    NOTE,
    ORGANIZATION,
    OTHERS_ROWS,
    OWN_ROWS,
    REASON,
    SHARED,
    Canaries,
    Sight,
)

SHOWN = ("Member.name", "Member.phone", "ApprovalRequest.member_name", "Organization.name", "SavedQuery.name")
SIGHT = Sight("1/2/", frozenset({*SHOWN, "SavedQuery.where", "PermissionVersion.note", "Export.rows_total"}))
OWN, OTHERS, ABOVE = "1/2/5/", "1/3/", "1/"


@pytest.fixture
def canaries() -> Canaries:
    found = Canaries()
    for kind in (NAME, ADDRESS, REASON, ACCOUNT):
        found.paths |= {(kind, 7): (OWN,), (kind, 8): (OTHERS,)}
    found.paths |= {(ORGANIZATION, 1): (ABOVE,), (ORGANIZATION, 7): (OWN,), (ORGANIZATION, 8): (OTHERS,)}
    found.paths |= {(APPLICANT, 7): (OTHERS, OWN), (APPLICANT, 8): (OTHERS, OTHERS)}
    found.paths |= {(SHARED, 1): (ABOVE,), (SHARED, 7): (OWN,), (SHARED, 8): (OTHERS,), (NOTE, 1): ("",)}
    for path, number, phone in (
        (OWN, "370102199001011234", "13800000007"),
        (OTHERS, "370102199001015678", "13800000008"),
    ):
        found.note("Member.identity_number", path, number)
        found.note("Member.phone", path, phone)
    for column, path, rows in ((OWN_ROWS, "1/2/", "2"), (OWN_ROWS, OWN, "7"), (OTHERS_ROWS, "1/2/", "8")):
        found.note(column, path, f"190000000{rows}")
    return found


@pytest.mark.parametrize(
    ("text", "leaked"),
    [
        ("王藏名7止", []),
        ("王藏名8止", ["藏名8止"]),
        ("藏址7止", ["藏址7止"]),
        ("藏机1止 藏机7止 藏机8止", ["藏机8止"]),
        ("藏员7止 藏因7止", ["藏员7止", "藏因7止"]),
        ("藏密7止 藏私7止", ["藏密7止", "藏私7止"]),
        ("13800000007 13800000008", ["13800000008"]),
        ("370102199001011234", ["370102199001011234"]),
        ("370102********1234 138****0008", []),
        ("藏申7止 藏申8止", ["藏申8止"]),
        ("藏享1止 藏享7止 藏享8止", ["藏享7止", "藏享8止"]),
        ("藏版1止", []),
        ("藏问1止 藏无1止 藏件7止", ["藏问1止", "藏无1止", "藏件7止"]),
        ("1900000002 1900000007 1900000008 1900000009", ["1900000007", "1900000008"]),
    ],
)
def test_what_may_not_be_seen_is_found(canaries: Canaries, text: str, leaked: list[str]) -> None:
    assert canaries.leaked(f'{{"data": {{"a": "{text}"}}}}', SIGHT) == leaked


GOOD: dict[str, Any] = {"message": "No.", "extensions": {"code": "BAD_USER_INPUT"}}


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (500, {"errors": [GOOD]}),
        (200, {"errors": []}),
        (200, {}),
        (200, {"data": {}, "trace": 1}),
        (200, {"errors": [{**GOOD, "message": " "}]}),
        (200, {"errors": [{**GOOD, "extensions": {"code": "INTERNAL_SERVER_ERROR"}}]}),
        (200, {"errors": [{**GOOD, "extensions": {"code": "QUERY_TIMEOUT"}}]}),
        (200, {"errors": [{**GOOD, "message": "Expecting <class 'str'>"}]}),
        (200, {"errors": [{**GOOD, "message": "column members.home_address does not exist"}]}),
        (200, {"errors": [{**GOOD, "message": "at resolvers/members.py"}]}),
    ],
)
def test_an_answer_that_is_not_good_is_found(status: int, answer: dict[str, Any]) -> None:
    def response(of: int, content: dict[str, Any]) -> httpx.Response:
        made = httpx.Response(of, json=content, headers={"X-Content-Type-Options": "nosniff"})
        made.elapsed = timedelta()
        return made

    require_good(response(200, {"data": None, "errors": [GOOD]}), "")
    with pytest.raises((AssertionError, KeyError)):
        require_good(response(status, answer), "")


def test_what_is_hidden_is_cut_out_of_the_schema() -> None:
    cut = schema_without(frozenset({"Query.member", "PageInfo.hasNextPage", "ChangeCursor.position"}))
    assert cut.query_type
    assert WHOLE.query_type
    assert set(WHOLE.query_type.fields) - set(cut.query_type.fields) == {"member"}
