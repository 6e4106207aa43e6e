import pytest

from domain.masking import MASKS


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("identity_number", "370102199001011234", "370102********1234"),
        ("identity_number", "37010219900101123", "********"),
        ("identity_number", "", "********"),
        ("phone", "13812341234", "138****1234"),
        ("phone", "0531-86912345", "053****2345"),
        ("phone", "1381234123", "****"),
        ("home_address", "山东省济南市历下区泉城路1号", "山东省济南市****"),
        ("home_address", "济南市历下区泉城路", "****"),
        ("name", "张建国", "张*"),
        ("name", "张", "*"),
    ],
)
def test_the_middle_is_hidden(field: str, value: str, shown: str) -> None:
    assert MASKS[field](value) == shown
