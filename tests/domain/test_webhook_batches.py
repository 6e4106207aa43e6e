from datetime import UTC, datetime

from domain.changes import ChangeRecord, Followed
from domain.codes import ChangeType
from domain.webhooks import Place, batch_of

AT = datetime(2026, 11, 23, tzinfo=UTC)
ALL = {type_: frozenset({"phone", "path", "parent_id"}) for type_ in ChangeType}


def change(
    position: int, path: str, type_: ChangeType = ChangeType.MEMBER_CHANGED, former: str | None = None
) -> ChangeRecord:
    return ChangeRecord(position, type_, 1, path, former, ["phone"], AT)


def told(batch: object) -> list[int]:
    return [each.position for each in batch.told]  # type: ignore[attr-defined]


def test_a_batch_ends_with_the_last_that_it_has_room_for() -> None:
    changes = [change(position, "1/2/") for position in range(5, 10)]
    batch = batch_of(changes, Followed("1/2/", ALL), "1/", most=3)
    assert (told(batch), batch.ends) == ([5, 6, 7], Place(7, "1/2/"))


def test_what_is_not_told_is_passed() -> None:
    changes = [change(5, "1/2/"), change(6, "1/3/"), change(7, "1/3/")]
    batch = batch_of(changes, Followed("1/2/", ALL), "1/", most=3)
    assert (told(batch), batch.ends.position) == ([5], 7)


def test_a_batch_that_was_begun_ends_where_it_did() -> None:
    changes = [change(position, "1/2/") for position in range(5, 10)]
    batch = batch_of(changes, Followed("1/2/", ALL), "1/", most=3, end=6)
    assert (told(batch), batch.ends.position) == ([5, 6], 6)


def test_an_organisation_is_followed_to_its_new_place_and_never_out_of_the_scope() -> None:
    moved = ChangeType.ORGANIZATION_CHANGED
    changes = [
        change(5, "1/2/4/"),
        change(6, "1/2/3/4/", moved, "1/2/4/"),
        change(7, "1/2/3/4/"),
        change(8, "1/9/4/", moved, "1/2/3/4/"),
        change(9, "1/9/4/"),
    ]
    batch = batch_of(changes, Followed("1/2/4/", ALL), "1/2/", most=9)
    assert (told(batch), batch.ends) == ([5, 6, 7, 8], Place(9, "1/9/4/"))
