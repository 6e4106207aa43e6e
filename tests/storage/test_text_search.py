"""The index on grams is asked for what is rare, and PostgreSQL's statistics say what that is."""

from storage.engine import Database
from storage.text_search import FrequentGrams, grams_to_look_for, is_unusual_in_a_number

ADDRESSES = "ix_members_home_address_grams"


def test_a_needle_is_looked_for_by_its_pairs() -> None:
    assert grams_to_look_for("国") == ["国"]
    assert grams_to_look_for("王建国") == ["建国", "王建"]


def test_a_frequent_gram_is_not_looked_for() -> None:
    frequent = FrequentGrams({ADDRESSES: frozenset({"山东", "东省"})})
    assert frequent.rare(ADDRESSES, "山东省德") == ["省德"]
    assert frequent.rare(ADDRESSES, "山东") == []
    assert frequent.rare("another", "山东") == ["山东"]


async def test_the_statistics_know_what_is_frequent(province: Database) -> None:
    frequent = await province.frequent_grams()
    assert frequent.rare(ADDRESSES, "山东") == []
    assert frequent.rare(ADDRESSES, "龘靐") == ["龘靐"]
    assert frequent.rare("ix_organizations_name_grams", "委员") == []


def test_only_a_short_needle_with_more_than_digits_is_unusual_in_a_number() -> None:
    assert [needle for needle in ("1", "12", "X", "1X", "２", "12X", "龘靐") if is_unusual_in_a_number(needle)] == [
        "X",
        "1X",
        "２",
        "龘靐",
    ]
