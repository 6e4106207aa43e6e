"""`dengta account` and `dengta import accounts`, as an operator runs them."""

import json
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.accounts import ACTIVATION_CODE, somebody
from tests.commands import run
from tests.server.importing.tables import csv_bytes

HEADER = ["姓名", "公民身份证号", "手机号", "所管理组织", "角色"]


@pytest.fixture
def settings(own_province_url: str, tmp_path: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": own_province_url,
        "DENGTA_DATA_DIRECTORY": str(tmp_path),
        "LANG": "en_US.UTF-8",
        "LC_ALL": "",
    }


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with create_engine(url).connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def options(person: dict[str, str], organization: str) -> list[str]:
    return [
        *("--role", "security_officer", "--organization", organization, "--name", person["name"]),
        *("--identity-number", person["identityNumber"], "--phone", person["phone"]),
    ]


def test_the_first_security_officer_is_opened_and_administered(settings: dict[str, str], own_province_url: str) -> None:
    person = somebody()
    [(province,)] = rows(own_province_url, "SELECT name FROM organizations WHERE parent_id IS NULL")
    opened = run("account", "open", *options(person, str(province)), "--print-code", "--json", **settings)
    assert opened.returncode == 0, opened.stderr
    document = json.loads(opened.stdout)
    assert document["state"] == "INVITED"
    assert ACTIVATION_CODE.fullmatch(document["activationCode"])
    [(recipient, body)] = rows(own_province_url, "SELECT recipient, body FROM messages")
    assert recipient == person["phone"]
    assert document["activationCode"] in str(body)

    again = run("account", "open", *options(person, str(province)), **settings)
    assert again.returncode == 1
    assert "PERSON_HOLDS_ACCOUNT" in again.stderr
    assert "PHONE_IN_USE" in again.stderr
    assert "Traceback" not in again.stderr

    listed = run("account", "list", "--json", **settings)
    shown = json.loads(listed.stdout)
    assert shown["id"] == document["id"]
    assert shown["organization"] == province
    assert person["phone"] not in listed.stdout
    assert person["identityNumber"] not in listed.stdout

    number = str(document["id"])
    for command, state in (("suspend", "SUSPENDED"), ("resume", "INVITED"), ("revoke", "REVOKED")):
        done = run("account", command, number, "--json", **settings)
        assert done.returncode == 0, done.stderr
        assert rows(own_province_url, "SELECT state FROM accounts") == [(state,)]
    refused = run("account", "unlock", number, **settings)
    assert refused.returncode == 1
    assert "STATE_UNFIT" in refused.stderr
    assert rows(own_province_url, "SELECT operation, actor, kind FROM audit_entries ORDER BY id") == [
        (operation, "operator", "ACCOUNT")
        for operation in ("openAccount", "suspendAccount", "resumeAccount", "revokeAccount")
    ]


def test_the_code_is_printed_only_when_it_is_asked_for(settings: dict[str, str]) -> None:
    opened = run("account", "open", *options(somebody(), "1"), **settings)
    assert opened.returncode == 0, opened.stderr
    assert ACTIVATION_CODE.search(opened.stdout) is None


def test_an_unknown_account_or_organisation_is_one_clear_line(settings: dict[str, str]) -> None:
    for arguments in (["suspend", "999999"], ["open", *options(somebody(), "no such organisation")]):
        refused = run("account", *arguments, **settings)
        assert refused.returncode == 1
        assert refused.stderr.count("\n") == 1
        assert "NOT_FOUND" in refused.stderr


def test_a_file_of_accounts_is_imported_or_refused_whole(
    settings: dict[str, str], own_province_url: str, tmp_path: Path
) -> None:
    people = [somebody() for _ in range(3)]
    good = [[p["name"], p["identityNumber"], p["phone"], "1", "管理员"] for p in people]
    file, errors = tmp_path / "accounts.csv", tmp_path / "errors.csv"
    file.write_bytes(csv_bytes([HEADER, *good, [*good[0][:3], "1", "书记"]]))
    refused = run("import", "accounts", str(file), "--json", "--errors", str(errors), **settings)
    assert refused.returncode == 1
    found = [(error["row"], error["column"], error["code"]) for error in json.loads(refused.stdout)["errors"]]
    assert found == [
        (5, "角色", "CODE_UNKNOWN"),
        (5, "公民身份证号", "REPEATED_IN_FILE"),
        (5, "手机号", "REPEATED_IN_FILE"),
    ]
    assert "CODE_UNKNOWN" in errors.read_text(encoding="utf-8-sig")
    assert rows(own_province_url, "SELECT count(*) FROM accounts") == [(0,)]

    file.write_bytes(csv_bytes([HEADER, *good]))
    checked = run("import", "accounts", str(file), "--dry-run", **settings)
    assert "Accounts that can be imported: 3" in checked.stdout
    assert rows(own_province_url, "SELECT count(*) FROM accounts") == [(0,)]
    done = run("import", "accounts", str(file), **settings)
    assert done.stdout == "Accounts imported: 3.\n"
    assert rows(own_province_url, "SELECT count(*), count(DISTINCT target) FROM audit_entries") == [(3, 3)]
    unusable = run("import", "accounts", str(file), "--sheet", "x", "--json", **settings)
    assert json.loads(unusable.stdout)["failure"]["code"] == "SHEET_NOT_FOUND"
