"""What every answer must be, whatever was asked."""

import json
import re
from typing import Any

import httpx

CODE = re.compile("[A-Z][A-Z0-9_]+")
OWN_FAULTS = {"INTERNAL_SERVER_ERROR", "QUERY_TIMEOUT", "DATABASE_UNAVAILABLE"}
STATUSES = {200, 400, 401, 405, 406, 413, 415}
INTERNALS = re.compile(
    r"Traceback|psycopg|sqlalchemy|asyncpg|strawberry|graphql-core|\.py\b|\bSELECT |\bWHERE |File \"|0x[0-9a-f]{6}"
    r"|<class|object at|NoneType|Exception|\b[a-z]+_[a-z_]+\.[a-z_]+\b|\b[a-z]+\.[a-z]+_[a-z_]+\b|/work/|/home/|site-packages"
)
SLOW = 30.0
"""Seconds. A statement is cancelled after ten; the machine may have others to look after."""


def require_good(response: httpx.Response, sent: str) -> None:
    assert response.status_code in STATUSES, response.text
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.elapsed.total_seconds() < SLOW
    answer = response.json()
    assert set(answer) <= {"data", "errors", "extensions"}
    assert "data" in answer or answer["errors"]
    for error in answer.get("errors", ()):
        _require_good_error(error, sent)


def _require_good_error(error: dict[str, Any], sent: str) -> None:
    assert set(error) <= {"message", "locations", "path", "extensions"}
    assert error["message"].strip()
    code = error["extensions"]["code"]
    assert CODE.fullmatch(code), error
    assert code not in OWN_FAULTS, error
    told = INTERNALS.findall(json.dumps(error, ensure_ascii=False))
    assert [each for each in told if each not in sent] == [], error
