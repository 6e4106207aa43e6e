"""What happens to an import while others write, and when it is cut short."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.importing.member_import import MemberImport
from sheets.opening import open_sheet
from sheets.row_errors import RowErrors
from storage.member_writing import MemberWriting, member_writing
from tests.server.importing.tables import Register, Write, csv_bytes, good_table, identity_number, run


def an_import(path: Path, writing: MemberWriting) -> MemberImport:
    # The file is read through here, so that it can be closed.
    with open_sheet(path) as sheet:
        job = MemberImport(sheet, writing, RowErrors(), date(2026, 3, 1), lambda *_: None)
        job.check()
    return job


def codes_of(job: MemberImport) -> list[str]:
    return [error.problem.code for error in job.errors.first]


def wait_until_somebody_waits_for_a_lock(register: Register) -> None:
    with register.engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        deadline = datetime.now().astimezone() + timedelta(seconds=10)
        while not connection.scalar(waiting):
            assert datetime.now().astimezone() < deadline


def test_of_two_imports_of_one_person_the_second_finds_a_duplicate(register: Register, file: Write) -> None:
    path = file(csv_bytes(good_table(1)))

    def import_second() -> list[str]:
        with member_writing(register.url) as writing:
            return codes_of(an_import(path, writing))

    with ThreadPoolExecutor(1) as other, member_writing(register.url) as writing:
        first = an_import(path, writing)
        second = other.submit(import_second)
        wait_until_somebody_waits_for_a_lock(register)
        first.save()
        writing.commit()
        assert codes_of(first) == []
        assert second.result() == ["DUPLICATE_IDENTITY_NUMBER"]
    assert register.count() == 1


def test_a_branch_cannot_move_from_when_its_path_is_read(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        an_import(file(csv_bytes(good_table(1))), writing)
        writing.hold_branches()
        with pytest.raises(OperationalError, match="lock timeout"):
            register.execute("SET LOCAL lock_timeout = '50ms'; UPDATE organizations SET path = '1/9/3/' WHERE id = 3")


def test_a_branch_that_moved_before_gives_its_new_path(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        job = an_import(file(csv_bytes(good_table(1))), writing)
        register.execute("UPDATE organizations SET path = '1/9/3/' WHERE id = 3")
        job.save()
        writing.commit()
    assert register.members()[0]["org_path"] == "1/9/3/"


def test_a_branch_that_ceased_to_be_one_meanwhile_keeps_all_out(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        job = an_import(file(csv_bytes(good_table(2))), writing)
        register.execute("UPDATE organizations SET kind = 'GENERAL_BRANCH' WHERE id = 3")
        job.save()
        writing.commit()
    assert codes_of(job) == ["BRANCH_NOT_FOUND", "BRANCH_NOT_FOUND"]
    assert register.count() == 0


def test_an_interrupt_while_saving_saves_nothing(
    register: Register, file: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_rows = MemberWriting._insert_rows

    def save_and_interrupt(writing: MemberWriting, after: int, until: int) -> int:
        save_rows(writing, after, until)
        raise KeyboardInterrupt

    monkeypatch.setattr(MemberWriting, "_insert_rows", save_and_interrupt)

    outcome = run(file(csv_bytes(good_table(10))))

    assert (outcome.exit_code, outcome.stderr) == (130, "Interrupted: nothing was saved.\n")
    assert register.count() == 0


def test_a_failing_database_is_one_sentence_without_values(register: Register, file: Write) -> None:
    register.execute("ALTER TABLE members ADD CONSTRAINT refuse CHECK (phone <> '13800138000')")

    outcome = run(file(csv_bytes(good_table(1))))

    assert outcome.exit_code == 1
    assert outcome.stderr == "The database failed (SQLSTATE 23514): nothing was saved. Try again later.\n"
    assert register.count() == 0


def test_rows_are_saved_in_pieces_without_losing_any(register: Register, file: Write) -> None:
    with member_writing(register.url) as writing:
        job = an_import(file(csv_bytes(good_table(7))), writing)
        writing.hold_branches()
        assert list(writing.save_staged(8, rows_at_a_time=3)) == [2, 5, 7]
        writing.commit()
    assert job.rows == 7
    assert [member["identity_number"] for member in register.members()] == [identity_number(n) for n in range(7)]
