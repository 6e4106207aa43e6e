import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from domain.synthetic.province import Province
from storage.loading import LoadRefusedError, UnfinishedLoadError, load_province, require_whole_register, workers

DAY = date(2026, 11, 23)
PROVINCE = Province(600, seed=3, day=DAY)
STRUCTURE = """
    SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL
    SELECT conname || ': ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    ORDER BY 1
"""
CONTENT = """
    SELECT (SELECT md5(string_agg(o::text, '|' ORDER BY id)) FROM organizations o),
           (SELECT md5(string_agg(m::text, '|' ORDER BY id)) FROM members m),
           (SELECT md5(string_agg(a::text, '|' ORDER BY id)) FROM files a),
           (SELECT md5(string_agg(a::text, '|' ORDER BY member_id)) FROM member_accounts a)
"""


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    finally:
        engine.dispose()


def stop_at(stage: str) -> Callable[[str, int, int], None]:
    def progress(now: str, _done: int, _total: int) -> None:
        if now == stage:
            raise InterruptedError

    return progress


def test_the_manifest_tells_what_is_in_the_database(empty_database_url: str, tmp_path: Path) -> None:
    report = load_province(empty_database_url, PROVINCE, tmp_path / "manifest.json")

    manifest = json.loads((tmp_path / "manifest.json").read_text())
    assert (manifest["seed"], manifest["day"], manifest["members"]) == (3, "2026-11-23", 600)
    assert rows(empty_database_url, "SELECT count(*) FROM members") == [(600,)]
    assert rows(empty_database_url, "SELECT count(*) FROM organizations") == [(manifest["organizations"],)]
    without_photo = rows(empty_database_url, "SELECT id FROM members WHERE photo_key IS NULL ORDER BY id")
    assert [(number,) for number in manifest["breaches"]["PHOTO_MISSING"]] == without_photo
    assert report.breaches == manifest["counts"]
    assert report.breaches == {rule: len(members) for rule, members in manifest["breaches"].items()}


def test_indexes_and_constraints_are_afterwards_what_they_were(empty_database_url: str) -> None:
    before = rows(empty_database_url, STRUCTURE)
    load_province(empty_database_url, PROVINCE)
    assert rows(empty_database_url, STRUCTURE) == before


def test_seven_members_of_ten_have_an_account_of_their_own(empty_database_url: str) -> None:
    load_province(empty_database_url, PROVINCE)
    accounts = "SELECT count(*), count(DISTINCT phone), count(*) FILTER (WHERE state = 'ACTIVE') FROM member_accounts"
    assert rows(empty_database_url, accounts) == [(420, 420, 420)]
    own = """SELECT count(*) FROM member_accounts a JOIN members m ON m.id = a.member_id
             WHERE a.phone = m.phone AND a.registered_at BETWEEN m.created_at AND m.updated_at"""
    [(number,)] = rows(empty_database_url, own)
    assert isinstance(number, int)
    assert number > 380, "nearly everybody's own is the one of the record too"


def test_the_next_member_gets_the_next_number(empty_database_url: str) -> None:
    load_province(empty_database_url, PROVINCE)
    assert rows(empty_database_url, "SELECT nextval(pg_get_serial_sequence('members', 'id'))") == [(601,)]


def test_a_register_with_content_is_left_alone(empty_database_url: str) -> None:
    load_province(empty_database_url, PROVINCE)
    before = rows(empty_database_url, CONTENT)
    with pytest.raises(LoadRefusedError, match="--replace"):
        load_province(empty_database_url, Province(50, 1, DAY))
    assert rows(empty_database_url, CONTENT) == before
    require_whole_register(empty_database_url)


def test_replacing_takes_the_place_of_all_that_was_there(empty_database_url: str) -> None:
    load_province(empty_database_url, Province(50, 1, DAY))
    load_province(empty_database_url, PROVINCE, replace=True)
    assert rows(empty_database_url, "SELECT count(*) FROM members") == [(600,)]


@pytest.mark.parametrize("stage", ["organizations", "members", "indexes"])
def test_an_interrupted_load_is_known_as_such_and_can_be_done_anew(empty_database_url: str, stage: str) -> None:
    structure = rows(empty_database_url, STRUCTURE)
    with pytest.raises(InterruptedError):
        load_province(empty_database_url, PROVINCE, progress=stop_at(stage))

    with pytest.raises(UnfinishedLoadError):
        require_whole_register(empty_database_url)
    with pytest.raises(UnfinishedLoadError):
        load_province(empty_database_url, PROVINCE)

    load_province(empty_database_url, PROVINCE, replace=True)
    require_whole_register(empty_database_url)
    assert rows(empty_database_url, STRUCTURE) == structure
    assert rows(empty_database_url, "SELECT count(*) FROM members") == [(600,)]


def test_two_loads_at_once_are_refused(empty_database_url: str) -> None:
    def another(_stage: str, _done: int, _total: int) -> None:
        with pytest.raises(LoadRefusedError, match="under way"):
            load_province(empty_database_url, PROVINCE, replace=True)

    load_province(empty_database_url, PROVINCE, progress=another)
    assert rows(empty_database_url, "SELECT count(*) FROM members") == [(600,)]


def test_several_processes_make_the_same_province(
    clone: Callable[[str], str], empty_template: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    one, many = clone(empty_template), clone(empty_template)
    load_province(one, PROVINCE, tmp_path / "one.json")
    monkeypatch.setattr(workers, "_WORTH_A_PROCESS", 200)
    monkeypatch.setattr(workers, "_MEMBERS_OF_A_CHUNK", 50)
    load_province(many, PROVINCE, tmp_path / "many.json")

    assert rows(many, CONTENT) == rows(one, CONTENT)
    assert (tmp_path / "many.json").read_text() == (tmp_path / "one.json").read_text()
