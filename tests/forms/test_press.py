"""The press: each file by a process of its own, which is stopped when it takes too long."""

import asyncio
from pathlib import Path

import pytest

from forms import press
from forms.press import Press, PressBusyError, PrintingFailedError
from tests.forms.samples import FORM, texts_of, with_name


def children() -> list[int]:
    """Of this process, that are still there."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(number) for task in tasks for number in task.read_text().split()]


async def test_a_file_is_printed_by_another_process() -> None:
    before = children()
    pdf = await Press().print([FORM, with_name("李四")])
    assert [("王建国" in page, "李四" in page) for page in texts_of(pdf)] == [(True, False), (False, True)]
    assert children() == before


async def test_several_are_printed_beside_each_other() -> None:
    own = Press()
    names = ["赵一", "钱二", "孙三", "李四"]
    files = await asyncio.gather(*(own.print([with_name(name)]) for name in names))
    assert [name in texts_of(pdf)[0] for name, pdf in zip(names, files, strict=True)] == [True] * 4


async def test_who_comes_when_there_is_no_place_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "WAITING", 0)
    own = Press()
    outcomes = await asyncio.gather(*(own.print([FORM]) for _ in range(3)), return_exceptions=True)
    assert [isinstance(each, bytes) for each in outcomes] == [True, True, False]
    assert isinstance(outcomes[2], PressBusyError)
    assert (await own.print([FORM])).startswith(b"%PDF")


async def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    before = children()
    monkeypatch.setattr(press, "SECONDS", 0.05)
    own = Press()
    with pytest.raises(PressBusyError):
        await own.print([FORM] * 100)
    monkeypatch.setattr(press, "SECONDS", 60.0)
    assert (await own.print([FORM])).startswith(b"%PDF"), "its place is free again"
    assert children() == before


async def test_a_process_that_fails_gives_no_file() -> None:
    with pytest.raises(PrintingFailedError, match="exit code 1"):
        await Press().print([])


def test_the_process_is_told_none_of_the_servers_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DENGTA_FILE_STORE_SECRET", "DENGTA_MESSAGE_GATEWAY_SECRET"):
        monkeypatch.setenv(name, "secret")
    assert "secret" not in press._environment().values()
