"""The edits of the permission matrix as they are kept."""

import asyncio

from domain.codes import Role, Tier, Visibility
from domain.pages import PageRequest
from domain.permissions import Entry, MatrixChange, Place
from storage.engine import Database
from storage.permissions import (
    CHANNEL,
    add_changes,
    add_version,
    changes_of_versions,
    count_versions,
    entries_of_matrix,
    page_of_versions,
    version_of_matrix,
)

PHONE = Place(Role.ADMINISTRATOR, Tier.OTHER_GRASSROOTS, "Member.phone")
NAME = Place(Role.PARTNER, Tier.COUNTY_OR_ABOVE, "Member.name")


async def edit(database: Database, expected: int, entries: dict[Place, Entry], note: str | None = None) -> bool:
    async with database.writing() as session:
        version = await add_version(session, expected, "an officer", note)
        if version is not None:
            await add_changes(session, version.number, entries)
    return version is not None


async def test_the_last_edit_of_a_place_holds(database: Database) -> None:
    before = await entries_of_matrix(database)
    assert (before.version, before.entries) == (0, {})
    assert await edit(database, 0, {PHONE: Entry(Visibility.HIDDEN), NAME: Entry(Visibility.MASKED)}, "first")
    assert await edit(database, 1, {PHONE: Entry(Visibility.VISIBLE, write=False)})
    found = await entries_of_matrix(database)
    assert found.version == await version_of_matrix(database) == 2
    assert found.entries == {PHONE: Entry(Visibility.VISIBLE, write=False), NAME: Entry(Visibility.MASKED)}


async def test_versions_come_newest_first_with_what_they_changed(database: Database) -> None:
    await edit(database, 0, {PHONE: Entry(Visibility.HIDDEN)}, "first")
    await edit(database, 1, {NAME: Entry(write=True), PHONE: Entry()})
    page = await page_of_versions(database, PageRequest(1))
    assert [(v.number, v.changed_by, v.note) for v in page.records] == [(2, "an officer", None)]
    assert page.has_next
    rest = await page_of_versions(database, PageRequest(5, after=page.cursor_of(page.records[0])))
    assert [(v.number, v.note) for v in rest.records] == [(1, "first")]
    assert await count_versions(database) == 2
    assert await changes_of_versions(database, [1, 2]) == {
        1: [MatrixChange(PHONE, Entry(), Entry(Visibility.HIDDEN))],
        2: [MatrixChange(PHONE, Entry(Visibility.HIDDEN), Entry()), MatrixChange(NAME, Entry(), Entry(write=True))],
    }


async def test_of_edits_at_once_one_is_taken(database: Database) -> None:
    taken = await asyncio.gather(*(edit(database, 0, {PHONE: Entry(Visibility.HIDDEN)}) for _ in range(16)))
    assert sorted(taken) == [False] * 15 + [True]
    assert await version_of_matrix(database) == 1
    assert not await edit(database, 7, {PHONE: Entry()}), "a version that is yet to come"


async def test_an_edit_is_announced_when_it_is_committed(database: Database) -> None:
    wake_ups = database.wake_ups(CHANNEL, every=60.0)
    await anext(wake_ups)  # it listens
    woken = asyncio.ensure_future(anext(wake_ups))
    async with database.writing() as session:
        await add_version(session, 0, "an officer", None)
        await add_changes(session, 1, {PHONE: Entry()})
        assert not (await asyncio.wait({woken}, timeout=0.05))[0]
    await asyncio.wait_for(woken, timeout=10)
    await wake_ups.aclose()
