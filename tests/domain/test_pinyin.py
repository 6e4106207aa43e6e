import pytest

from domain.pinyin import full_pinyin, initials, normalize_pinyin


@pytest.mark.parametrize(
    ("name", "spelled", "short"),
    [
        ("张建国", "zhangjianguo", "zjg"),
        ("曾国藩", "zengguofan", "zgf"),
        ("单雄信", "shanxiongxin", "sxx"),
        ("任重", "renzhong", "rz"),
        ("欧阳娜娜", "ouyangnana", "oynn"),
        ("阿不都·热合曼", "abudou·reheman", "abd·rhm"),
        ("吕布", "lvbu", "lb"),
        ("", "", ""),
    ],
)
def test_a_name_is_spelled_as_it_is_read(name: str, spelled: str, short: str) -> None:
    assert (full_pinyin(name), initials(name)) == (spelled, short)


def test_what_parts_syllables_is_left_out() -> None:
    assert normalize_pinyin("Zhang Jian'guo") == "zhangjianguo"
