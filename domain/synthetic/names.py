"""姓名: surnames by their frequency, given names by gender and by the years in which they were given."""

from functools import cache
from random import Random
from typing import NamedTuple

from domain.codes import Ethnicity, Gender
from domain.pinyin import full_pinyin, initials


class Name(NamedTuple):
    text: str
    pinyin: str
    initials: str


def spelled(text: str) -> Name:
    return Name(text, full_pinyin(text), initials(text))


_SURNAMES = (
    ("王", 88), ("李", 80), ("张", 85), ("刘", 70), ("陈", 30), ("杨", 30), ("赵", 32), ("孙", 38), ("徐", 26), ("马", 20),
    ("高", 20), ("朱", 16), ("宋", 16), ("郭", 14), ("于", 18), ("韩", 14), ("吴", 14), ("周", 14), ("胡", 12), ("林", 10),
    ("何", 8), ("曹", 10), ("董", 9), ("田", 9), ("姜", 10), ("孔", 8), ("孟", 7), ("崔", 7), ("丁", 7), ("魏", 8),
    ("任", 5), ("曾", 2), ("单", 2), ("解", 2), ("仇", 1), ("翟", 2), ("毕", 2), ("曲", 3), ("逄", 1), ("牟", 2),
    ("欧阳", 1), ("司马", 1), ("上官", 1), ("诸葛", 1),
)  # fmt: skip
_GIVEN = {
    # (gender, given before this year): names
    (Gender.MALE, 1949): ("德胜", "福贵", "玉山", "长海", "金生", "守业", "兆祥", "传义", "树林", "洪恩", "发", "茂", "魁"),
    (Gender.FEMALE, 1949): ("秀英", "桂兰", "玉珍", "淑贞", "凤英", "素芳", "翠花", "兰英", "桂香", "秀兰", "珍", "荣", "英"),
    (Gender.MALE, 1966): ("建国", "国庆", "建军", "援朝", "跃进", "和平", "解放", "志强", "建华", "国强", "新民", "军", "平"),
    (Gender.FEMALE, 1966): ("建华", "国英", "爱华", "玉兰", "秀珍", "丽华", "桂芹", "爱民", "凤霞", "淑华", "华", "萍", "芳"),
    (Gender.MALE, 1980): ("卫东", "向阳", "红旗", "文革", "立新", "永红", "卫国", "建设", "红军", "学农", "勇", "刚", "伟"),
    (Gender.FEMALE, 1980): ("红", "卫红", "向红", "丽", "红梅", "晓燕", "海燕", "艳红", "春梅", "秀丽", "敏", "静", "艳"),
    (Gender.MALE, 2000): ("伟", "鹏", "磊", "超", "浩", "志远", "晓东", "海涛", "俊杰", "文博", "明", "亮", "凯"),
    (Gender.FEMALE, 2000): ("娜", "婷婷", "雪", "丹", "倩", "晓丽", "雅静", "文静", "慧", "琳琳", "颖", "莉", "梅"),
    (Gender.MALE, 9999): ("浩然", "子轩", "宇航", "博文", "梓豪", "俊熙", "一鸣", "天佑", "子墨", "晨阳", "睿", "轩", "昊"),
    (Gender.FEMALE, 9999): ("欣怡", "子涵", "雨桐", "梓萱", "诗涵", "可欣", "思雨", "佳怡", "雨萱", "梦琪", "瑶", "萱", "彤"),
}  # fmt: skip
_WITH_A_DOT = ("阿不都·热合曼", "买买提·吐尔逊", "古丽·艾合买提", "帕提古丽·阿布拉", "巴特尔·斯琴", "扎西·次仁")
_DOTTED = {Ethnicity.UYGUR, Ethnicity.KAZAK, Ethnicity.MONGOL, Ethnicity.ZANG}
_SUSPICIOUS = ("{0} {1}", "{0}{1}2", "{0}.{1}", "{0}")


@cache
def _surnames() -> tuple[list[Name], list[int]]:
    return [spelled(text) for text, _ in _SURNAMES], [weight for _, weight in _SURNAMES]


@cache
def _given(gender: Gender, before: int) -> list[Name]:
    """A given name is never read as a surname, so its spelling is taken behind one."""
    return [Name(text, full_pinyin(f"王{text}")[4:], initials(f"王{text}")[1:]) for text in _GIVEN[gender, before]]


def _generation(year: int) -> int:
    return next(before for before in (1949, 1966, 1980, 2000, 9999) if year < before)


def name_of(random: Random, gender: Gender, birth_year: int, ethnicity: Ethnicity) -> Name:
    if ethnicity in _DOTTED:
        return spelled(random.choice(_WITH_A_DOT))
    surnames, weights = _surnames()
    surname = random.choices(surnames, weights)[0]
    given = random.choice(_given(gender, _generation(birth_year)))
    return Name(surname.text + given.text, surname.pinyin + given.pinyin, surname.initials + given.initials)


def suspicious_name(random: Random) -> Name:
    """With a space, a digit, punctuation, or of one character."""
    surname, given = random.choice(_surnames()[0][:40]).text, random.choice(_given(Gender.MALE, 1966)).text
    return spelled(random.choice(_SUSPICIOUS).format(surname, given))
