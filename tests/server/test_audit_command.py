"""`dengta audit verify`, as an operator runs it."""

import json
from pathlib import Path

import pytest

from tests.accounts import somebody
from tests.audit import tamper
from tests.commands import run
from tests.server.test_account_commands import options


@pytest.fixture
def settings(own_province_url: str, tmp_path: Path) -> dict[str, str]:
    """Of a register with one audited change."""
    settings = {"DATABASE_URL": own_province_url, "DENGTA_DATA_DIRECTORY": str(tmp_path), "LC_ALL": "en_US.UTF-8"}
    opened = run("account", "open", *options(somebody(), "1"), **settings)
    assert opened.returncode == 0, opened.stderr
    return settings


def test_an_intact_log_exits_with_0_and_a_broken_one_with_1(settings: dict[str, str], own_province_url: str) -> None:
    intact = run("audit", "verify", **settings)
    assert (intact.returncode, intact.stdout) == (0, "The audit log is intact: 1 entries in 1 chains.\n"), intact.stderr

    tamper(own_province_url, "UPDATE audit_entries SET actor = 'nobody'")
    broken = run("audit", "verify", "--json", **settings)
    document = json.loads(broken.stdout)
    [bad] = document.pop("bad")
    assert (broken.returncode, document) == (1, {"isIntact": False, "entries": 1, "writers": 1})
    assert (bad["number"], bad["problem"]) == (1, "ALTERED")
    said = run("audit", "verify", **settings)
    assert said.returncode == 1
    assert f"ALTERED   chain {bad['writer']}  number 1  id {bad['id']}" in said.stdout


def test_heads_kept_elsewhere_tell_that_the_whole_log_is_gone(
    settings: dict[str, str], own_province_url: str, tmp_path: Path
) -> None:
    heads = str(tmp_path / "heads.json")
    assert run("audit", "verify", "--write-heads", heads, **settings).returncode == 0
    assert run("audit", "verify", "--heads", heads, **settings).returncode == 0
    tamper(own_province_url, "DELETE FROM audit_entries")
    assert run("audit", "verify", **settings).returncode == 0
    broken = run("audit", "verify", "--heads", heads, **settings)
    assert broken.returncode == 1
    assert "CUT_OFF" in broken.stdout


def test_a_file_that_holds_no_heads_is_refused(settings: dict[str, str], tmp_path: Path) -> None:
    wrong = tmp_path / "heads.json"
    wrong.write_text('{"writer": 1}')
    refused = run("audit", "verify", "--heads", str(wrong), **settings)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
    assert run("audit", "verify", "--heads", str(tmp_path / "none"), **settings).returncode == 2
